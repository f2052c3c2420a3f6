package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.schemas.AgentId;
import org.dmsc.schemas.AgentRef;

/** A2A over HTTP+JSON: at the root the gateway itself, under {@code /agents/<agent>} an agent of the caller's tenant. */
final class RestPage implements Page {

    private static final String CANCEL = ":cancel";
    private static final String SUBSCRIBE = ":subscribe";

    private final A2aOperations operations;
    private final EdgeSettings settings;

    RestPage(A2aOperations operations, EdgeSettings settings) {
        this.operations = operations;
        this.settings = settings;
    }

    @Override
    public Optional<CompletionStage<HttpResponse>> answer(Call call) {
        boolean ofAgent = call.path().size() > 2 && call.path().get(0).equals("agents");
        Call below = ofAgent ? call.below(2) : call;
        if (below.path().isEmpty()) {
            return Optional.empty();
        }
        String first = below.path().get(0);
        if (!first.startsWith("message:") && !first.equals("tasks") && !first.equals("extendedAgentCard")) {
            return Optional.empty();
        }
        A2aHeaders.requireVersion(call);
        Optional<AgentRef> addressed = ofAgent
                ? Optional.of(new AgentRef(
                        call.caller().tenant(), new AgentId(call.path().get(1))))
                : Optional.empty();
        return operation(below, addressed);
    }

    private Optional<CompletionStage<HttpResponse>> operation(Call call, Optional<AgentRef> addressed) {
        if (call.is(HttpMethod.POST, "message:send")) {
            call.context().clearRequestTimeout();
            return result(call, operations.send(call, body(call), addressed));
        }
        if (call.is(HttpMethod.POST, "message:stream")) {
            return Optional.of(operations.stream(call, body(call), addressed)
                    .thenApply(open -> EventStream.fromTheFirst(call, settings, open, Framing.rest())));
        }
        if (call.is(HttpMethod.GET, "tasks")) {
            throw A2aOperations.unsupported("ListTasks");
        }
        if (call.is(HttpMethod.GET, "extendedAgentCard")) {
            throw A2aOperations.unsupported("GetExtendedAgentCard");
        }
        if (call.path().size() > 2 && call.path().get(2).equals("pushNotificationConfigs")) {
            throw A2aOperations.unsupported("PushNotificationConfigs");
        }
        return call.is(HttpMethod.GET, "tasks", "*") || call.is(HttpMethod.POST, "tasks", "*")
                ? task(call, call.path().get(1))
                : Optional.empty();
    }

    /** The verb is split off at the last colon; GET and POST both subscribe, because clients do both. */
    private Optional<CompletionStage<HttpResponse>> task(Call call, String segment) {
        if (segment.endsWith(SUBSCRIBE)) {
            return Optional.of(operations
                    .subscribe(call, without(segment, SUBSCRIBE))
                    .thenApply(open -> EventStream.fromNow(call, settings, open, Framing.rest())));
        }
        if (segment.endsWith(CANCEL) && call.method() == HttpMethod.POST) {
            return result(call, operations.cancel(call, without(segment, CANCEL)));
        }
        if (call.method() == HttpMethod.GET && segment.indexOf(':') < 0) {
            return result(
                    call, operations.get(call, segment, A2aOperations.historyLength(call.query("historyLength"))));
        }
        return Optional.empty();
    }

    private static Optional<CompletionStage<HttpResponse>> result(Call call, CompletionStage<ObjectNode> result) {
        return Optional.of(result.thenApply(node -> Answers.json(
                HttpStatus.OK,
                Answers.negotiated(call.request().headers()),
                node,
                call.request().headers())));
    }

    private static ObjectNode body(Call call) {
        A2aHeaders.requireJson(call);
        return A2aJson.parse(call.body());
    }

    private static String without(String segment, String verb) {
        return segment.substring(0, segment.length() - verb.length());
    }
}
