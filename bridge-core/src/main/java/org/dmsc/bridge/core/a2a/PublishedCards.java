package org.dmsc.bridge.core.a2a;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.dmsc.schemas.avro.AgentSnapshot;

/** Cards as the gateway publishes them: its own, and each agent's with the gateway's addresses instead of the agent's. */
public final class PublishedCards {

    /** With it a stream's events name themselves in their metadata, for bindings that have no other place for that. */
    public static final String RESUME_EXTENSION = "urn:dmsc:ext:resume:1";

    /** Signatures do not hold for a changed card; the others are where 0.3 says how the agent itself is reached. */
    private static final List<String> NOT_OURS = List.of(
            "signatures",
            "url",
            "preferredTransport",
            "additionalInterfaces",
            "protocolVersion",
            "supportsAuthenticatedExtendedCard",
            "security");

    private PublishedCards() {}

    /** The gateway's own card: one per origin, public, names no agent and no tenant. */
    public static ObjectNode gateway(String baseUrl, String version) {
        ObjectNode card = A2aJson.object();
        card.put("name", "DMSC gateway");
        card.put(
                "description",
                "Takes a task for a named agent, or for whoever can do it, and carries it through failure to its end.");
        card.set("supportedInterfaces", interfaces(baseUrl, baseUrl + "/a2a", ""));
        card.put("version", version);
        capabilities(card);
        security(card);
        modes(card);
        ObjectNode skill = card.putArray("skills").addObject();
        skill.put("id", "delegate");
        skill.put("name", "Delegate");
        skill.put(
                "description",
                "Finds the agent that fits a request by its text, tags or skill, and delegates the task to it.");
        skill.putArray("tags").add("delegation").add("routing");
        return card;
    }

    /**
     * An agent's card as it was registered, but reached, secured and streamed through the gateway. Signatures are left out: they do not hold
     * for a changed card, and the gateway signs what it publishes; the extension gives hash and place of the original.
     */
    public static ObjectNode agent(AgentSnapshot agent, String baseUrl) {
        return at(agent, baseUrl + "/agents/" + agent.getAgent());
    }

    /** The same for whoever reaches the agent at another address of the gateway, as another tenant does. */
    public static ObjectNode at(AgentSnapshot agent, String url) {
        byte[] original = agent.getRegistration().getCardJson().getBytes(StandardCharsets.UTF_8);
        ObjectNode card = A2aJson.parse(original);
        card.set("supportedInterfaces", interfaces(url, url, agent.getTenant() + "/" + agent.getAgent()));
        card.remove(NOT_OURS);
        capabilities(card);
        security(card);
        if (!card.path("defaultInputModes").isArray()
                || !card.path("defaultOutputModes").isArray()) {
            modes(card);
        }
        if (card.path("version").asText().isEmpty()) {
            card.put("version", "0");
        }
        ObjectNode params = (ObjectNode)
                card.path("capabilities").path("extensions").path(0).get("params");
        params.put("agent", agent.getTenant() + "/" + agent.getAgent());
        params.put("originalSha256", sha256(agent.getRegistration().getCardJson()));
        params.put("original", url + "/.well-known/original-agent-card.json");
        if (card.path("skills").isEmpty()) {
            skills(card, agent);
        }
        return card;
    }

    /** SHA-256 of the card as it is kept, base64url: what a published card names as {@code originalSha256}. */
    public static String sha256(String cardJson) {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256").digest(cardJson.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** An agent's skills as a card of many agents shows them: each id is {@code <tenant>/<agent>/<skill>}. */
    public static List<ObjectNode> skills(AgentSnapshot agent) {
        return agent.getRegistration().getSkills().stream()
                .map(record -> {
                    ObjectNode skill = A2aJson.object();
                    skill.put("id", agent.getTenant() + "/" + agent.getAgent() + "/" + record.getId());
                    skill.put("name", record.getName());
                    skill.put("description", record.getDescription());
                    ArrayNode tags = skill.putArray("tags");
                    record.getTags().forEach(tags::add);
                    if (tags.isEmpty()) {
                        tags.add("untagged");
                    }
                    return skill;
                })
                .toList();
    }

    private static void skills(ObjectNode card, AgentSnapshot agent) {
        ArrayNode skills = card.putArray("skills");
        agent.getRegistration().getSkills().forEach(record -> {
            ObjectNode skill = skills.addObject();
            skill.put("id", record.getId());
            skill.put("name", record.getName());
            skill.put("description", record.getDescription());
            skill.putArray("tags").add("untagged");
        });
    }

    /** gRPC has no path to tell agents apart, so there the {@code tenant} that clients must repeat names the agent. */
    private static ArrayNode interfaces(String restUrl, String jsonRpcUrl, String agent) {
        ArrayNode interfaces = A2aJson.array();
        offer(interfaces, jsonRpcUrl, "JSONRPC");
        offer(interfaces, restUrl, "HTTP+JSON");
        ObjectNode grpc = offer(interfaces, URI.create(restUrl).getRawAuthority(), "GRPC");
        if (!agent.isEmpty()) {
            grpc.put("tenant", agent);
        }
        return interfaces;
    }

    private static ObjectNode offer(ArrayNode interfaces, String url, String binding) {
        ObjectNode offered = interfaces.addObject();
        offered.put("url", url);
        offered.put("protocolBinding", binding);
        offered.put("protocolVersion", "1.0");
        return offered;
    }

    private static void capabilities(ObjectNode card) {
        List<JsonNode> own = own(card);
        ObjectNode capabilities = card.putObject("capabilities");
        capabilities.put("streaming", true);
        capabilities.put("pushNotifications", true);
        capabilities.put("extendedAgentCard", true);
        ArrayNode extensions = capabilities.putArray("extensions");
        ObjectNode extension = extensions.addObject();
        extension.put("uri", DelegationExtension.URI);
        extension.put("description", "Say in metadata what is needed: agent, skill, tags, intent, timeoutMs, token.");
        extension.put("required", false);
        extension.putObject("params");
        ObjectNode resume = extensions.addObject();
        resume.put("uri", RESUME_EXTENSION);
        resume.put(
                "description",
                "Streams go on after the event named in Last-Event-ID; with this, gRPC events carry their ids in metadata.");
        resume.put("required", false);
        own.forEach(extensions::add);
    }

    /** The extensions of the agent itself: callers must know which of them it insists on. */
    private static List<JsonNode> own(ObjectNode card) {
        List<JsonNode> own = new ArrayList<>();
        for (JsonNode extension : card.path("capabilities").path("extensions")) {
            String uri = extension.path("uri").asText();
            if (!uri.equals(DelegationExtension.URI) && !uri.equals(RESUME_EXTENSION)) {
                own.add(extension);
            }
        }
        return own;
    }

    private static void security(ObjectNode card) {
        ObjectNode schemes = card.putObject("securitySchemes");
        schemes.putObject("mtls")
                .putObject("mtlsSecurityScheme")
                .put("description", "A certificate of the fabric's CA.");
        ObjectNode bearer = schemes.putObject("bearer").putObject("httpAuthSecurityScheme");
        bearer.put("description", "A token signed by the tenant's key.");
        bearer.put("scheme", "Bearer");
        bearer.put("bearerFormat", "JWT");
        ObjectNode dpop = schemes.putObject("dpop").putObject("httpAuthSecurityScheme");
        dpop.put("description", "A token that is bound to a key, with a proof of possession (RFC 9449).");
        dpop.put("scheme", "DPoP");
        dpop.put("bearerFormat", "JWT");
        ArrayNode requirements = card.putArray("securityRequirements");
        requirements.addObject().putObject("schemes").putObject("mtls").putArray("list");
        requirements.addObject().putObject("schemes").putObject("bearer").putArray("list");
        requirements.addObject().putObject("schemes").putObject("dpop").putArray("list");
    }

    private static void modes(ObjectNode card) {
        card.putArray("defaultInputModes").add("text/plain").add("application/json");
        card.putArray("defaultOutputModes").add("text/plain").add("application/json");
    }
}
