package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.core.DeadLetters;
import org.dmsc.bridge.core.DeadTask;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.schemas.AgentId;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;

/**
 * {@code GET /v1/dead}, {@code GET /v1/dead/{task}} and {@code POST /v1/dead/{task}/replay}: what could not be delegated or delivered. An
 * operator names any tenant with {@code ?tenant=}; an agent sees and replays the tasks that it asked for itself.
 */
final class DeadPage implements Page {

    private final DeadLetters dead;

    DeadPage(HttpEdgeParts parts) {
        this.dead = parts.dead();
    }

    @Override
    public Optional<CompletionStage<HttpResponse>> answer(Call call) {
        if (call.is(HttpMethod.GET, "v1", "dead")) {
            return Optional.of(dead.list(tenant(call), agent(call), DiscoveryPage.limit(call))
                    .thenApply(all -> {
                        ObjectNode body = A2aJson.object();
                        ArrayNode list = body.putArray("letters");
                        all.forEach(one -> list.add(json(one)));
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
        return Optional.empty();
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
