package org.dmsc.node.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.dmsc.schemas.AgentRef;
import org.dmsc.tenant.keys.SecretFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dmsc agent …}. */
@Command(
        name = "agent",
        description = "Gives agents an identity; finds and shows agents.",
        subcommands = QuarantineCommand.class,
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class AgentCommand {

    @Command(
            name = "add",
            description = {
                "Issues an agent's identity: certificate, key and a token of 15 minutes, written to a folder.",
                "The agent registers itself afterwards, by posting its card."
            },
            mixinStandardHelpOptions = true)
    int add(
            @Parameters(paramLabel = "TENANT/AGENT") String name,
            @Option(names = "--out", paramLabel = "DIR", description = "where to (default: <data>/agents/TENANT/AGENT)")
                    @Nullable Path out,
            @Mixin Target where,
            @Mixin Output output) {
        AgentRef agent = AgentRef.parse(name);
        Path folder = out == null
                ? where.data()
                        .resolve("agents")
                        .resolve(agent.tenant().value())
                        .resolve(agent.agent().value())
                : out;
        JsonNode issued = where.asOperator()
                .post(
                        "/v1/config/tenants/" + agent.tenant() + "/agents/"
                                + FabricClient.encode(agent.agent().value()) + "/credentials",
                        FabricClient.JSON.createObjectNode());
        write(folder, issued);
        ObjectNode result = FabricClient.JSON.createObjectNode();
        result.put("agent", agent.toString());
        result.put("folder", folder.toAbsolutePath().toString());
        output.print(result, o -> {
            o.line("agent " + agent + ": certificate, key and token are in " + folder.toAbsolutePath());
            o.line("It registers with: curl --cacert " + folder.resolve(Identity.ROOT) + " --cert "
                    + folder.resolve(Identity.CERTIFICATE)
                    + " --key " + folder.resolve(Identity.KEY)
                    + " -H 'Content-Type: application/json' -d @card.json <url>/v1/agents/"
                    + agent.agent());
        });
        return 0;
    }

    @Command(
            name = "invite",
            description = {
                "Makes a one-time token with which an agent gets a certificate for a key of its own, by EST (RFC 7030).",
                "The token is shown once, is good once, and only its hash is kept."
            },
            mixinStandardHelpOptions = true)
    int invite(
            @Parameters(paramLabel = "AGENT", description = "its id, or TENANT/AGENT") String name,
            @Option(names = "--tenant", paramLabel = "TENANT", description = "whose agent it is", defaultValue = "")
                    String tenant,
            @Mixin TokenLife life,
            @Mixin Target where,
            @Mixin Output output) {
        AgentRef agent = AgentRef.parse(tenant.isEmpty() ? name : tenant + "/" + name);
        JsonNode made = where.asOperator()
                .post(
                        "/v1/config/tenants/" + agent.tenant() + "/agents/"
                                + FabricClient.encode(agent.agent().value()) + "/invitations",
                        life.body());
        output.print(made, out -> {
            out.line("token: " + made.path("token").asText());
            out.line("good once, until " + made.path("expiresAt").asText() + ", for " + agent.agent() + " of tenant "
                    + agent.tenant());
            out.line("It enrols at " + made.path("est").asText() + ": README.md shows how with curl and openssl.");
        });
        return 0;
    }

    private static void write(Path folder, JsonNode issued) {
        put(folder.resolve(Identity.CERTIFICATE), issued.path("certificatePem").asText());
        put(folder.resolve(Identity.KEY), issued.path("keyPem").asText());
        put(folder.resolve(Identity.ROOT), issued.path("caPem").asText());
        put(folder.resolve(Identity.TOKEN), issued.path("token").asText());
        String p12 = issued.path("p12Base64").asText("");
        if (!p12.isEmpty()) {
            SecretFile.write(folder.resolve("agent.p12"), Base64.getDecoder().decode(p12));
        }
    }

    private static void put(Path file, String text) {
        SecretFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    @Command(
            name = "register",
            description = {
                "Registers an agent by its URL alone: the gateway fetches its card there.",
                "The certificate that it shows says which agent it is. As operator name the tenant; an agent registers itself."
            },
            mixinStandardHelpOptions = true)
    int register(
            @Parameters(paramLabel = "AGENT-URL", description = "https://host[:port] of the agent") String url,
            @Option(
                            names = "--tenant",
                            paramLabel = "TENANT",
                            description = "whose agent it is, as operator",
                            defaultValue = "")
                    String tenant,
            @Mixin Target where,
            @Mixin Output output) {
        ObjectNode body = FabricClient.JSON.createObjectNode().put("url", url);
        JsonNode made = tenant.isEmpty()
                ? where.asAgent().post("/v1/agents", body)
                : where.asOperator().post("/v1/agents?tenant=" + FabricClient.encode(tenant), body);
        output.print(
                made,
                out -> out.line(
                        "agent " + made.path("agent").asText() + " is registered, with the card it has at " + url));
        return 0;
    }

    @Command(name = "list", description = "Lists a tenant's registered agents.", mixinStandardHelpOptions = true)
    int list(@Parameters(paramLabel = "TENANT") String tenant, @Mixin Target where, @Mixin Output output) {
        JsonNode answer = where.asOperator().get("/v1/config/tenants/" + FabricClient.encode(tenant) + "/agents");
        print(answer, output, "No agent of " + tenant + " has registered.");
        return 0;
    }

    @Command(
            name = "find",
            description = "Finds agents by what they can do, best first.",
            mixinStandardHelpOptions = true)
    int find(@Mixin Search search, @Mixin Target where, @Mixin Output output) {
        FabricClient client = search.tenant.isEmpty() ? where.asAgent() : where.asOperator();
        print(client.get("/v1/agents", search.query()), output, "No agent fits.");
        return 0;
    }

    /** What one looks for. */
    static final class Search {

        @Parameters(paramLabel = "TEXT", arity = "0..1", defaultValue = "", description = "a sentence")
        private String text = "";

        @Option(names = "--tenant", paramLabel = "TENANT", description = "whose agents, as operator", defaultValue = "")
        private String tenant = "";

        @Option(names = "--tag", paramLabel = "TAG", defaultValue = "")
        private String tag = "";

        @Option(
                names = "--tags",
                paramLabel = "EXPRESSION",
                description = "condition on tags: 'billing && !eu || internal'",
                defaultValue = "")
        private String tags = "";

        @Option(names = "--skill", paramLabel = "SKILL", defaultValue = "")
        private String skill = "";

        @Option(names = "--limit", paramLabel = "N", description = "1 to 200", defaultValue = "20")
        private String limit = "20";

        Map<String, String> query() {
            Map<String, String> query = new LinkedHashMap<>();
            query.put("tenant", tenant);
            query.put("q", text);
            query.put("tag", tag);
            query.put("tags", tags);
            query.put("skill", skill);
            query.put("limit", limit);
            query.values().removeIf(String::isEmpty);
            return query;
        }
    }

    @Command(name = "show", description = "Shows one agent: card, health, load.", mixinStandardHelpOptions = true)
    int show(@Parameters(paramLabel = "TENANT/AGENT") String name, @Mixin Target where, @Mixin Output output) {
        AgentRef agent = AgentRef.parse(name);
        JsonNode found = where.asOperator()
                .get(
                        "/v1/agents/" + FabricClient.encode(agent.agent().value()),
                        Map.of("tenant", agent.tenant().value()));
        output.print(
                found,
                out -> found.properties()
                        .forEach(field -> out.line(field.getKey() + ": " + TenantCommand.text(field.getValue()))));
        return 0;
    }

    private static void print(JsonNode answer, Output output, String none) {
        List<List<String>> rows = new ArrayList<>();
        answer.path("agents").forEach(agent -> rows.add(row(agent)));
        output.print(
                answer,
                out -> out.table(List.of("AGENT", "HEALTH", "IN FLIGHT", "SCORE", "SKILLS", "WHY"), rows, none));
    }

    private static List<String> row(JsonNode agent) {
        String skills = StreamSupport.stream(agent.path("skills").spliterator(), false)
                .map(skill ->
                        skill.isTextual() ? skill.asText() : skill.path("id").asText())
                .collect(Collectors.joining(","));
        String why = StreamSupport.stream(agent.path("why").spliterator(), false)
                .map(JsonNode::asText)
                .collect(Collectors.joining("; "));
        return List.of(
                agent.path("agent").asText(),
                agent.path("health").asText(),
                agent.path("load").path("inFlight").asText(""),
                agent.path("score").asText(""),
                skills,
                why);
    }
}
