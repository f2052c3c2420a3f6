package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.core.a2a.Errors;
import org.dmsc.bridge.core.a2a.JsonRpc;
import org.dmsc.bridge.core.a2a.SendRequests;
import org.dmsc.schemas.AgentId;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/** A2A over JSON-RPC: at {@code /} and {@code /a2a} the gateway itself, at {@code /agents/<agent>} an agent of the caller's tenant. */
final class JsonRpcPage implements Page {

    /** Operations of A2A 1.0 that this gateway knows and does not serve. */
    private static final Set<String> UNSERVED = Set.of(
            "ListTasks",
            "CreateTaskPushNotificationConfig",
            "GetTaskPushNotificationConfig",
            "ListTaskPushNotificationConfigs",
            "DeleteTaskPushNotificationConfig",
            "GetExtendedAgentCard");

    private final A2aOperations operations;
    private final EdgeSettings settings;
    private final Failures failures;

    JsonRpcPage(A2aOperations operations, EdgeSettings settings, Failures failures) {
        this.operations = operations;
        this.settings = settings;
        this.failures = failures;
    }

    @Override
    public Optional<CompletionStage<HttpResponse>> answer(Call call) {
        if (!call.is(HttpMethod.POST) && !call.is(HttpMethod.POST, "a2a") && !call.is(HttpMethod.POST, "agents", "*")) {
            return Optional.empty();
        }
        return Optional.of(answered(call));
    }

    private CompletionStage<HttpResponse> answered(Call call) {
        try {
            A2aHeaders.requireJson(call);
        } catch (RefusedException refused) {
            // Not JSON-RPC at all, so the status tells it, too.
            return CompletableFuture.completedStage(
                    error(call, HttpStatus.BAD_REQUEST, NullNode.getInstance(), refused));
        }
        JsonRpc.Parsed parsed = JsonRpc.parse(call.body());
        if (parsed instanceof JsonRpc.Request request) {
            return dispatched(call, request)
                    .exceptionally(failure -> error(call, HttpStatus.OK, request.id(), AuditedRefusal.unwrap(failure)));
        }
        JsonRpc.Rejected rejected = (JsonRpc.Rejected) parsed;
        failures.note(call, new RefusedException(rejected.refusal(), rejected.sentence()));
        return CompletableFuture.completedStage(json(call, rejected.response()));
    }

    private CompletionStage<HttpResponse> dispatched(Call call, JsonRpc.Request request) {
        try {
            A2aHeaders.requireVersion(call);
            requireTenant(call, request.params());
            Optional<AgentRef> addressed = call.path().size() == 2
                    ? Optional.of(new AgentRef(
                            call.caller().tenant(), new AgentId(call.path().get(1))))
                    : Optional.empty();
            return operation(call, request, addressed);
        } catch (RefusedException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    private CompletionStage<HttpResponse> operation(Call call, JsonRpc.Request request, Optional<AgentRef> addressed) {
        ObjectNode params = request.params();
        Framing framing = Framing.jsonRpc(request.id());
        switch (request.method()) {
            case "SendMessage":
                call.context().clearRequestTimeout();
                return result(call, request, operations.send(call, params, addressed));
            case "SendStreamingMessage":
                return operations.stream(call, params, addressed)
                        .thenApply(open -> EventStream.fromTheFirst(call, settings, open, framing));
            case "GetTask":
                return result(call, request, operations.get(call, id(params), SendRequests.historyLength(params)));
            case "CancelTask":
                return result(call, request, operations.cancel(call, id(params)));
            case "SubscribeToTask":
                return operations
                        .subscribe(call, id(params))
                        .thenApply(open -> EventStream.fromNow(call, settings, open, framing));
            default:
                throw unknown(request.method());
        }
    }

    private CompletionStage<HttpResponse> result(
            Call call, JsonRpc.Request request, CompletionStage<ObjectNode> result) {
        return result.thenApply(node -> json(call, JsonRpc.result(request.id(), node)));
    }

    private HttpResponse error(Call call, HttpStatus status, JsonNode id, Throwable failure) {
        RefusedException refused = failures.note(call, failure);
        ObjectNode body = Errors.jsonRpc(id, refused.refusal(), refused.sentence());
        return Answers.json(status, MediaType.JSON, body, call.request().headers());
    }

    private static HttpResponse json(Call call, ObjectNode body) {
        return Answers.json(HttpStatus.OK, MediaType.JSON, body, call.request().headers());
    }

    private static RefusedException unknown(String method) {
        return UNSERVED.contains(method)
                ? A2aOperations.unsupported(method)
                : new RefusedException(
                        Refusal.UNKNOWN_OPERATION,
                        "method: '" + Printable.of(method)
                                + "' (expected an operation of A2A 1.0, such as SendMessage)");
    }

    private static String id(ObjectNode params) {
        JsonNode id = params.path("id");
        if (!id.isTextual() || id.textValue().isEmpty()) {
            throw new RefusedException(Refusal.INVALID_REQUEST, "params.id: is missing (expected the task's id)");
        }
        return id.textValue();
    }

    /** A caller may say which tenant it means; it can only ever be its own. */
    private static void requireTenant(Call call, ObjectNode params) {
        JsonNode tenant = params.path("tenant");
        if (tenant.isTextual()
                && !tenant.textValue().isEmpty()
                && !tenant.textValue().equals(call.caller().tenant().value())) {
            throw new RefusedException(
                    Refusal.CROSS_TENANT,
                    "params.tenant: '" + Printable.of(tenant.textValue()) + "' is not the caller's own");
        }
    }
}
