package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.core.a2a.Errors;
import org.dmsc.bridge.core.a2a.JsonRpc;
import org.dmsc.bridge.core.a2a.SendRequests;
import org.dmsc.bridge.http.a2a.A2aCore;
import org.dmsc.bridge.http.a2a.Answer;
import org.dmsc.bridge.http.a2a.Asking;
import org.dmsc.bridge.http.a2a.AuditedRefusal;
import org.dmsc.bridge.http.a2a.OldCall;
import org.dmsc.bridge.http.a2a.Operation;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/** A2A over JSON-RPC, of 1.0 and 0.3: at {@code /} and {@code /a2a} the gateway itself, at {@code /agents/<agent>} an agent. */
final class JsonRpcPage implements Page {

    private final A2aCore core;
    private final EdgeSettings settings;
    private final Failures failures;

    JsonRpcPage(A2aCore core, EdgeSettings settings, Failures failures) {
        this.core = core;
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
            HttpStatus status = HttpStatus.valueOf(
                    Errors.shape(refused.refusal(), settings.profile()).httpStatus());
            return CompletableFuture.completedStage(error(call, status, NullNode.getInstance(), refused));
        }
        JsonRpc.Parsed parsed = JsonRpc.parse(call.body());
        if (parsed instanceof JsonRpc.Request request) {
            return dispatched(call, request)
                    .exceptionally(failure -> error(call, HttpStatus.OK, request.id(), AuditedRefusal.unwrap(failure)));
        }
        JsonRpc.Rejected rejected = (JsonRpc.Rejected) parsed;
        failures.note(call, new RefusedException(rejected.refusal(), rejected.sentence()));
        return CompletableFuture.completedStage(json(rejected.response()));
    }

    private CompletionStage<HttpResponse> dispatched(Call call, JsonRpc.Request request) {
        try {
            Asking asking = call.asking(addressed(call));
            Optional<OldCall> old =
                    asking.parameters().old() ? OldCall.jsonRpc(request.method(), request.params()) : Optional.empty();
            if (old.isPresent()) {
                return translated(call, asking.upgraded(), request.id(), old.get());
            }
            // An older version has other names: then it is the version that is wrong, not the name.
            asking.parameters().requireVersion();
            Operation operation = Operation.named(request.method())
                    .orElseThrow(() -> new RefusedException(
                            Refusal.UNKNOWN_OPERATION,
                            "method: '" + Printable.of(request.method())
                                    + "' (expected an operation of A2A 1.0, such as SendMessage)"));
            return performed(call, asking, operation, request.params())
                    .thenApply(answer -> rendered(call, request, answer));
        } catch (RefusedException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    private CompletionStage<HttpResponse> translated(Call call, Asking asking, JsonNode id, OldCall old) {
        return performed(call, asking, old.operation(), old.request())
                .thenApply(answer -> answer.fold(
                        whole -> json(JsonRpc.result(id, old.result(whole))),
                        stream -> EventStream.of(
                                call, settings, stream, Framing.jsonRpc(id).translated(old::event))));
    }

    private CompletionStage<Answer> performed(Call call, Asking asking, Operation operation, ObjectNode request) {
        if (operation.waits()) {
            call.context().clearRequestTimeout();
        }
        call.confirm(core.activated(asking));
        return core.perform(asking, operation, request);
    }

    private static Optional<AgentRef> addressed(Call call) {
        return call.path().size() == 2
                ? Optional.of(
                        SendRequests.agent(call.path().get(1), call.caller().tenant()))
                : Optional.empty();
    }

    private HttpResponse rendered(Call call, JsonRpc.Request request, Answer answer) {
        return answer.fold(
                whole -> json(JsonRpc.result(request.id(), whole)),
                stream -> EventStream.of(call, settings, stream, Framing.jsonRpc(request.id())));
    }

    private HttpResponse error(Call call, HttpStatus status, JsonNode id, Throwable failure) {
        RefusedException refused = failures.note(call, failure);
        ObjectNode body = Errors.jsonRpc(id, refused.refusal(), refused.sentence());
        return Answers.json(status, MediaType.JSON, body);
    }

    private static HttpResponse json(ObjectNode body) {
        return Answers.json(HttpStatus.OK, MediaType.JSON, body);
    }
}
