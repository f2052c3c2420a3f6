package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.core.AgentReports;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.AgentHints;
import org.dmsc.bridge.core.a2a.Cards;
import org.dmsc.bridge.core.cards.CardGate;
import org.dmsc.bridge.core.cards.CardSources;
import org.dmsc.bridge.http.inbox.Inboxes;
import org.dmsc.bridge.http.plain.PlainCall;
import org.dmsc.schemas.AgentId;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Reach;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AgentLoad;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.tenant.directory.Agents;
import org.dmsc.tenant.directory.SkillLookup;
import org.dmsc.tenant.directory.Tenants;
import org.dmsc.tenant.policy.NetworkGate;

/** Agents say what they are, that they live, and that they leave: each for itself, an operator for any of {@code ?tenant=}. */
final class RegistrationPage implements Page {

    private final AgentReports reports;
    private final Agents agents;
    private final Tenants tenants;
    private final RegistryWatch watch;
    private final NetworkGate network;
    private final Inboxes inboxes;
    private final CardGate cards;
    private final Clock clock;

    RegistrationPage(HttpEdgeParts parts, RegistryWatch watch, Inboxes inboxes) {
        this.reports = parts.reports();
        this.agents = parts.agents();
        this.tenants = parts.tenants();
        this.watch = watch;
        this.network = NetworkTrials.gate(parts);
        this.inboxes = inboxes;
        this.cards = parts.cards();
        this.clock = parts.clock();
    }

    @Override
    public Optional<CompletionStage<HttpResponse>> answer(Call call) {
        if (call.is(HttpMethod.POST, "v1", "agents", "*")) {
            return Optional.of(register(call, self(call)));
        }
        if (call.is(HttpMethod.POST, "v1", "agents", "*", "heartbeat")) {
            return Optional.of(heartbeat(call, registered(self(call))));
        }
        if (call.is(HttpMethod.DELETE, "v1", "agents", "*")) {
            return Optional.of(unregister(registered(self(call))));
        }
        return Optional.empty();
    }

    private CompletionStage<HttpResponse> register(Call call, AgentRef agent) {
        AgentRegistration registration = registration(call, agent);
        // What an operator has read is not scanned.
        return isReviewed(call) ? register(call, agent, registration) : admit(call, agent, registration);
    }

    /** Registers a card that was checked for all but what its texts say. */
    CompletionStage<HttpResponse> admit(Call call, AgentRef agent, AgentRegistration registration) {
        CardGate.Verdict verdict =
                cards.admit(agent, registration, call.caller().id().uri());
        if (verdict instanceof CardGate.SetAside aside) {
            return aside.kept().thenCompose(kept -> CompletableFuture.failedStage(aside.refusal()));
        }
        return register(call, agent, ((CardGate.Admitted) verdict).registration());
    }

    /**
     * Refuses an agent that its tenant has no room for, or does not let be called where it is.
     *
     * @throws RefusedException QUOTA_EXCEEDED, HOST_FORBIDDEN
     */
    void require(AgentRef agent, AgentRegistration registration) {
        requireRoom(agent);
        Optional.ofNullable(registration.getUrl()).ifPresent(url -> network.requireHost(agent.tenant(), url));
    }

    /** Registers a card that was checked, and answers when the registry shows it. */
    CompletionStage<HttpResponse> register(Call call, AgentRef agent, AgentRegistration checked) {
        requireRoom(agent);
        AgentRegistration registration =
                CardSources.continued(checked, agents.find(agent).map(AgentSnapshot::getRegistration));
        HttpStatus status = agents.find(agent).isPresent() ? HttpStatus.OK : HttpStatus.CREATED;
        return reports.register(
                        agent, registration, inboxes.isAttended(agent) ? reports.presenceOf(agent) : Optional.empty())
                .thenCompose(done -> watch.until(agent, shown -> shows(shown, registration)))
                .thenApply(shown -> Answers.json(
                        status, AgentJson.of(shown.orElseThrow(), AgentJson.url(shown.orElseThrow(), call.baseUrl()))));
    }

    private AgentRegistration registration(Call call, AgentRef agent) {
        A2aHeaders.requireJson(call);
        ObjectNode body = A2aJson.parse(call.body());
        ObjectNode card = body.get("card") instanceof ObjectNode inside ? inside : bare(body);
        Optional<ObjectNode> beside =
                body.get("dmsc") instanceof ObjectNode given ? Optional.of(given) : Optional.empty();
        AgentHints hints = AgentHints.of(card, beside);
        Reach reach = reach(beside);
        AgentRegistration said = Cards.registration(card, reach, hints);
        AgentRegistration signed = CardSources.posted(said, cards.check().signer(card, agent), clock.millis());
        AgentRegistration registration = reach == Reach.PLAIN_HTTP ? plain(signed, beside.orElseThrow()) : signed;
        if (registration.getPlainHttp() && !call.byOperator() && !wasAllowedPlainHttp(agent)) {
            throw new RefusedException(
                    Refusal.NOT_PERMITTED,
                    "dmsc.plainHttp: an agent cannot allow itself to be called without TLS (expected an https URL, or an operator to"
                            + " register agent " + agent + " once)");
        }
        Optional.ofNullable(registration.getUrl()).ifPresent(url -> network.requireHost(agent.tenant(), url));
        return registration;
    }

    /** Whoever wrote a card is not who says that it is harmless. */
    private static boolean isReviewed(Call call) {
        boolean reviewed =
                A2aJson.parse(call.body()).path("dmsc").path("reviewed").asBoolean();
        if (reviewed && !call.byOperator()) {
            throw new RefusedException(
                    Refusal.NOT_PERMITTED, "dmsc.reviewed: is for an operator to say (expected none)");
        }
        return reviewed;
    }

    /** How the service is called is kept as it was said, and nowhere shown: it may hold the service's own credentials. */
    private static AgentRegistration plain(AgentRegistration registration, ObjectNode beside) {
        if (!(beside.get("plain") instanceof ObjectNode given)) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST,
                    "dmsc.plain: is missing (expected how the service is called, {\"url\":\"https://…\"})");
        }
        PlainCall call = PlainCall.of(given);
        return AgentRegistration.newBuilder(registration)
                .setUrl(call.place().toString())
                .setPlainCall(new String(A2aJson.bytes(given), StandardCharsets.UTF_8))
                .build();
    }

    /** A card that was posted as it is: what was put beside it for us is not a part of it. */
    private static ObjectNode bare(ObjectNode body) {
        ObjectNode card = body.deepCopy();
        card.remove("dmsc");
        return card;
    }

    private boolean wasAllowedPlainHttp(AgentRef agent) {
        return agents.find(agent)
                .filter(known -> known.getRegistration().getPlainHttp())
                .isPresent();
    }

    private void requireRoom(AgentRef agent) {
        int most = tenants.find(agent.tenant())
                .map(TenantRecord::getLimits)
                .orElseThrow(() ->
                        new RefusedException(Refusal.TENANT_UNKNOWN, "tenant " + agent.tenant() + ": does not exist"))
                .getMaxAgents();
        if (agents.find(agent).isEmpty() && agents.ofTenant(agent.tenant()).size() >= most) {
            throw new RefusedException(
                    Refusal.QUOTA_EXCEEDED,
                    "agents: tenant " + agent.tenant() + " has " + most
                            + ", its limit (expected to remove one, or a higher max-agents)");
        }
    }

    private CompletionStage<HttpResponse> heartbeat(Call call, AgentRef agent) {
        ObjectNode body = call.body().length == 0 ? A2aJson.object() : A2aJson.parse(call.body());
        AgentLoad load = AgentLoad.newBuilder()
                .setCpu(number(body, "cpu", 1))
                .setQueueDepth((int) number(body, "queueDepth", 1_000_000))
                .build();
        return reports.heartbeat(agent, load).thenApply(done -> Answers.json(HttpStatus.OK, A2aJson.object()));
    }

    private CompletionStage<HttpResponse> unregister(AgentRef agent) {
        return reports.unregister(agent)
                .thenCompose(done -> watch.until(agent, Optional::isEmpty))
                .thenApply(gone -> HttpResponse.of(HttpStatus.NO_CONTENT));
    }

    /** The agent that the path names, if the caller may act as it. */
    private static AgentRef self(Call call) {
        TenantId tenant = call.tenant()
                .orElseThrow(() -> call.byOperator()
                        ? new RefusedException(Refusal.INVALID_REQUEST, "tenant: is missing (expected ?tenant=<id>)")
                        : new RefusedException(
                                Refusal.NOT_PERMITTED, call.caller().id() + ": is no agent"));
        AgentRef named = new AgentRef(tenant, new AgentId(call.path().get(2)));
        if (named.agent().equals(AgentId.GATEWAY)) {
            throw new RefusedException(
                    Refusal.INVALID_AGENT_ID, "agent: 'gateway' is the fabric itself (expected another id)");
        }
        if (!call.byOperator() && !call.caller().agent().equals(Optional.of(named))) {
            throw new RefusedException(
                    Refusal.NOT_PERMITTED,
                    "agent " + named + ": is not the caller (expected an agent to act for itself only)");
        }
        return named;
    }

    private AgentRef registered(AgentRef agent) {
        if (agents.find(agent).isEmpty()) {
            throw new RefusedException(
                    Refusal.AGENT_UNKNOWN,
                    "agent " + agent + ": is not registered (expected POST /v1/agents/" + agent.agent() + " first)");
        }
        return agent;
    }

    private static boolean shows(Optional<AgentSnapshot> shown, AgentRegistration wanted) {
        return shown.map(AgentSnapshot::getRegistration)
                .filter(known -> SkillLookup.isSame(known, wanted))
                .isPresent();
    }

    private static Reach reach(Optional<ObjectNode> beside) {
        String name = beside.map(given -> given.path("channel").asText(""))
                .filter(given -> !given.isEmpty())
                .orElse(Reach.A2A_HTTP.name());
        return Reach.named(name)
                .orElseThrow(() -> new RefusedException(
                        Refusal.INVALID_REQUEST,
                        "dmsc.channel: '" + Printable.of(name)
                                + "' (expected A2A_HTTP, HTTP_INBOX, PLAIN_HTTP, MQTT5 or MQTT311)"));
    }

    private static double number(ObjectNode body, String name, double most) {
        JsonNode value = body.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return 0;
        }
        double number = value.isNumber() ? value.doubleValue() : Double.NaN;
        if (!(number >= 0 && number <= most)) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST,
                    name + ": is not a number from 0 to " + most + " (expected the agent's " + name + ")");
        }
        return number;
    }
}
