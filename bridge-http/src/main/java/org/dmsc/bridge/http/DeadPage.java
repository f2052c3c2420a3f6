package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.core.AuditTrail;
import org.dmsc.bridge.core.DeadLetters;
import org.dmsc.bridge.core.DeadTask;
import org.dmsc.bridge.core.PushConfigs;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.schemas.AgentId;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.tenant.identity.SpiffeId;

/**
 * {@code GET /v1/dead}, {@code GET /v1/dead/{task}} and {@code POST /v1/dead/{task}/replay}: what could not be delegated or delivered, and webhooks
 * that are told nothing any more ({@code POST /v1/dead/{task}/webhooks/{id}/replay}). An operator names any tenant with {@code ?tenant=}; an agent
 * sees and replays the tasks that it asked for itself.
 */
final class DeadPage implements Page {

    private final DeadLetters dead;
    private final PushConfigs push;
    private final AuditTrail audit;
    private final SpiffeId self;
    private final Clock clock;

    DeadPage(HttpEdgeParts parts) {
        this.dead = parts.dead();
        this.push = parts.push();
        this.audit = parts.audit();
        this.self = parts.self();
        this.clock = parts.clock();
    }

    @Override
    public Optional<CompletionStage<HttpResponse>> answer(Call call) {
        if (call.is(HttpMethod.GET, "v1", "dead")) {
            return Optional.of(dead.list(tenant(call), agent(call), DiscoveryPage.limit(call))
                    .thenApply(all -> {
                        ObjectNode body = A2aJson.object();
                        ArrayNode list = body.putArray("letters");
                        all.forEach(one -> list.add(json(one)));
                        webhooks(call).forEach(body.putArray("webhooks")::add);
                        return Answers.json(HttpStatus.OK, body);
                    }));
        }
        if (call.is(HttpMethod.GET, "v1", "dead", "*")) {
            return Optional.of(dead.find(tenant(call), agent(call), call.path().get(2))
                    .thenApply(one -> Answers.json(HttpStatus.OK, json(one))));
        }
        if (call.is(HttpMethod.POST, "v1", "dead", "*", "replay")) {
            String task = call.path().get(2);
            return Optional.of(dead.replay(tenant(call), agent(call), task, call.caller())
                    .thenApply(again -> Answers.json(
                            HttpStatus.ACCEPTED,
                            A2aJson.object().put("taskId", again).put("replayOf", task))));
        }
        if (call.is(HttpMethod.POST, "v1", "dead", "*", "webhooks", "*", "replay")) {
            return Optional.of(revived(call, call.path().get(2), call.path().get(4)));
        }
        return Optional.empty();
    }

    private List<ObjectNode> webhooks(Call call) {
        Optional<AgentId> of = agent(call);
        return push.dead(tenant(call)).stream()
                .filter(one ->
                        of.map(AgentId::value).map(one.callerAgent()::equals).orElse(true))
                .limit(DiscoveryPage.limit(call))
                .map(one -> A2aJson.object()
                        .put("taskId", one.taskId())
                        .put("webhook", one.configId())
                        .put("caller", one.callerAgent())
                        .put("reason", one.reason())
                        .put("failures", one.failures()))
                .toList();
    }

    /** Written down before it is done. */
    private CompletionStage<HttpResponse> revived(Call call, String task, String webhook) {
        TenantId tenant = tenant(call);
        Optional<AgentId> of = agent(call);
        boolean known = push.dead(tenant).stream()
                .anyMatch(one -> one.taskId().equals(task)
                        && one.configId().equals(webhook)
                        && of.map(AgentId::value).map(one.callerAgent()::equals).orElse(true));
        if (!known) {
            throw new RefusedException(
                    Refusal.TASK_UNKNOWN,
                    "webhook '" + Printable.of(webhook) + "' of task " + Printable.of(task)
                            + ": none is given up (expected one that 'dmsc dead list' shows)");
        }
        AuditEvent event = AuditEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setTenant(tenant.value())
                .setTime(clock.millis())
                .setKind(AuditKind.TASK_REPLAYED)
                .setActor(call.caller().id().uri())
                .setNode(self.uri())
                .setTaskId(task)
                .setObject("webhook " + webhook)
                .build();
        return audit.record(event)
                .thenCompose(written -> push.revive(tenant, task, webhook))
                .thenApply(done -> Answers.json(
                        HttpStatus.ACCEPTED,
                        A2aJson.object().put("taskId", task).put("webhook", webhook)));
    }

    private static TenantId tenant(Call call) {
        if (!call.byOperator()) {
            return call.caller().tenant();
        }
        return call.query("tenant")
                .map(TenantId::new)
                .orElseThrow(() -> new RefusedException(
                        Refusal.INVALID_REQUEST,
                        "tenant: is missing (expected ?tenant=<id> of the tenant to look at)"));
    }

    /** Whose tasks; an operator looks at everybody's. */
    private static Optional<AgentId> agent(Call call) {
        if (call.byOperator()) {
            return Optional.empty();
        }
        return Optional.of(call.caller()
                .agent()
                .map(AgentRef::agent)
                .orElseThrow(() -> new RefusedException(
                        Refusal.NOT_PERMITTED,
                        call.caller().id() + ": may not see dead letters (expected an operator or an agent)")));
    }

    private static ObjectNode json(DeadTask task) {
        ObjectNode json = A2aJson.object();
        json.put("taskId", task.taskId());
        json.put("refusal", task.refusal());
        json.put("reason", task.reason());
        json.put("attempts", task.attempts());
        json.put("at", Instant.ofEpochMilli(task.time()).toString());
        task.caller().ifPresent(caller -> json.put("caller", caller));
        json.put("wanted", task.wanted());
        task.origin().ifPresent(origin -> json.put("origin", origin));
        json.put("replayable", task.replayable());
        return json;
    }
}
