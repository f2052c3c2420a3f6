package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.cards.CardGate;
import org.dmsc.bridge.core.cards.CaseId;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.CardVerdict;
import org.dmsc.schemas.avro.HeldCard;
import org.dmsc.tenant.policy.Policies;

/**
 * Cards that were set aside, for operators and the tenant's administrators.
 *
 * <pre>
 *   GET  /v1/config/tenants/{tenant}/quarantine                        all, newest first
 *   GET  /v1/config/tenants/{tenant}/quarantine/{case}                 one, with its card
 *   POST /v1/config/tenants/{tenant}/quarantine/{case}/release         the agent is registered as if posted
 *   POST /v1/config/tenants/{tenant}/quarantine/{case}/reject
 * </pre>
 * Who may not is told the same whether the tenant exists or not.
 */
final class QuarantinePage implements Page {

    private final CardGate cards;
    private final Policies policies;
    private final RegistrationPage registration;

    QuarantinePage(HttpEdgeParts parts, RegistrationPage registration) {
        this.cards = parts.cards();
        this.policies = parts.policies();
        this.registration = registration;
    }

    @Override
    public Optional<CompletionStage<HttpResponse>> answer(Call call) {
        if (call.is(HttpMethod.GET, "v1", "config", "tenants", "*", "quarantine")) {
            return done(list(entitled(call)));
        }
        if (call.is(HttpMethod.GET, "v1", "config", "tenants", "*", "quarantine", "*")) {
            return done(show(id(call)));
        }
        if (call.is(HttpMethod.POST, "v1", "config", "tenants", "*", "quarantine", "*", "release")) {
            return Optional.of(release(call, id(call)));
        }
        if (call.is(HttpMethod.POST, "v1", "config", "tenants", "*", "quarantine", "*", "reject")) {
            return Optional.of(reject(call, id(call)));
        }
        return Optional.empty();
    }

    private static Optional<CompletionStage<HttpResponse>> done(ObjectNode json) {
        return Optional.of(CompletableFuture.completedStage(Answers.json(HttpStatus.OK, json)));
    }

    private ObjectNode list(TenantId tenant) {
        ObjectNode body = A2aJson.object();
        ArrayNode cases = body.putArray("cases");
        cards.of(tenant).forEach(one -> cases.add(json(one.id(), one.card())));
        return body;
    }

    private ObjectNode show(CaseId id) {
        HeldCard card = cards.require(id);
        ObjectNode json = json(id, card);
        AgentRegistration held = card.getRegistration();
        if (held != null) {
            json.set("card", A2aJson.parse(held.getCardJson().getBytes(StandardCharsets.UTF_8)));
        }
        return json;
    }

    private CompletionStage<HttpResponse> release(Call call, CaseId id) {
        requireOther(call, id);
        String judge = call.caller().id().uri();
        AgentRef agent = AgentRef.of(id.tenant().value(), cards.require(id).getAgent());
        AgentRegistration released = cards.releasable(id, judge);
        registration.require(agent, released);
        return cards.judge(id, CardVerdict.RELEASED, judge)
                .thenCompose(written -> registration.register(call, agent, released));
    }

    private CompletionStage<HttpResponse> reject(Call call, CaseId id) {
        requireOther(call, id);
        return cards.judge(id, CardVerdict.REJECTED, call.caller().id().uri())
                .thenApply(written -> Answers.json(HttpStatus.OK, json(id, cards.require(id))));
    }

    private CaseId id(Call call) {
        TenantId tenant = entitled(call);
        return new CaseId(tenant, call.path().get(5));
    }

    private TenantId entitled(Call call) {
        TenantId tenant = new TenantId(call.path().get(3));
        boolean administrator = call.caller()
                .agent()
                .filter(agent -> agent.tenant().equals(tenant)
                        && policies.of(tenant).administrators().contains(agent.agent()))
                .isPresent();
        if (!call.byOperator() && !administrator) {
            throw new RefusedException(
                    Refusal.NOT_PERMITTED,
                    call.caller().id() + ": may not judge cards of tenant " + tenant
                            + " (expected an operator, or an agent that its document names among its administrators)");
        }
        return tenant;
    }

    /** Whoever wrote a card is not who says that it is harmless, and neither is who brought it. */
    private void requireOther(Call call, CaseId id) {
        HeldCard card = cards.require(id);
        boolean own = call.caller()
                .agent()
                .filter(agent -> agent.agent().value().equals(card.getAgent())
                        || card.getActor().equals(call.caller().id().uri()))
                .isPresent();
        if (own) {
            throw new RefusedException(
                    Refusal.NOT_PERMITTED,
                    "case " + id.hash()
                            + ": is the caller's own card (expected another administrator, or an operator)");
        }
    }

    private static ObjectNode json(CaseId id, HeldCard card) {
        ObjectNode json = A2aJson.object();
        json.put("case", id.hash());
        json.put("agent", id.tenant() + "/" + card.getAgent());
        json.put("verdict", card.getVerdict().name());
        json.put("suspicion", card.getSuspicion());
        json.put("actor", card.getActor());
        json.put("heldAt", Instant.ofEpochMilli(card.getHeldAt()).toString());
        if (card.getVerdict() != CardVerdict.HELD) {
            json.put("judge", card.getJudge());
            json.put("judgedAt", Instant.ofEpochMilli(card.getJudgedAt()).toString());
        }
        return json;
    }
}
