package org.dmsc.bridge.http.grpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Message;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.http.a2a.Answer;
import org.dmsc.bridge.http.a2a.Asking;
import org.dmsc.bridge.http.a2a.Operation;
import org.dmsc.bridge.http.a2a.ServiceParameters;
import org.dmsc.bridge.http.a2a.TaskStream;
import org.dmsc.bridge.http.connection.OpenStreams;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/** How a gRPC method asks the core and hands out what comes back, whatever version of A2A its messages are of. */
final class GrpcCalls {

    private final GrpcBinding.Parts parts;
    private final UnaryOperator<Asking> version;

    /**
     * What an operation answers, as the caller's version has it.
     *
     * @param type of the message that is answered with
     */
    record Reply<M extends Message>(Function<ObjectNode, JsonNode> whole, UnaryOperator<byte[]> event, M type) {

        /** As the core says it. */
        static <M extends Message> Reply<M> of(M type) {
            return new Reply<>(whole -> whole, event -> event, type);
        }
    }

    /** @param version makes a request of 1.0 of one of another version, or refuses it */
    GrpcCalls(GrpcBinding.Parts parts, UnaryOperator<Asking> version) {
        this.parts = parts;
        this.version = version;
    }

    /** One answer. */
    <M extends Message> void whole(
            Operation operation, Supplier<ObjectNode> request, Reply<M> how, StreamObserver<M> reply) {
        ServiceRequestContext context = ServiceRequestContext.current();
        performed(context, operation, request).whenComplete((answer, failure) -> {
            try {
                if (failure != null) {
                    throw refused(context, failure);
                }
                JsonNode json = answer.fold(how.whole(), stream -> {
                    throw new IllegalStateException(operation + " does not stream");
                });
                reply.onNext(ProtoJson.message(A2aJson.bytes(json), how.type()));
                reply.onCompleted();
            } catch (RefusedException e) {
                reply.onError(GrpcErrors.exception(e, parts.profile()));
            }
        });
    }

    /** A stream of answers. */
    <M extends Message> void flowing(
            Operation operation, Supplier<ObjectNode> request, Reply<M> how, StreamObserver<M> reply) {
        ServiceRequestContext context = ServiceRequestContext.current();
        if (!(reply instanceof ServerCallStreamObserver<M> call)) {
            throw new IllegalStateException("a server call without its observer");
        }
        GrpcSink.Naming naming = parameters(context).activated().contains(ServiceParameters.RESUME_EXTENSION)
                ? GrpcSink.Naming.NAMED
                : GrpcSink.Naming.BARE;
        GrpcSink<M> sink =
                new GrpcSink<>(new PacedReader<>(call, parts.profile()).attached(), naming, how.event(), how.type());
        OpenStreams.opened(context, sink::end);
        performed(context, operation, request).whenComplete((answer, failure) -> {
            if (failure != null) {
                sink.fail(refused(context, failure));
                return;
            }
            TaskStream stream = answer.fold(
                    whole -> {
                        throw new IllegalStateException(operation + " streams");
                    },
                    flowing -> flowing);
            stream.into(
                    sink,
                    new TaskStream.Pace(context.eventLoop().withoutContext(), parts.heartbeat(), parts.streamIdle()));
        });
    }

    private CompletionStage<Answer> performed(
            ServiceRequestContext context, Operation operation, Supplier<ObjectNode> request) {
        try {
            if (operation.waits() && context.request().headers().get("grpc-timeout") == null) {
                context.clearRequestTimeout();
            }
            Asking asking = version.apply(parts.asking().of(context, parameters(context)));
            String activated = String.join(", ", parts.core().activated(asking));
            if (!activated.isEmpty()) {
                context.addAdditionalResponseHeader("a2a-extensions", activated);
            }
            return parts.core().perform(asking, operation, request.get());
        } catch (RefusedException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    private ServiceParameters parameters(ServiceRequestContext context) {
        return parts.parameters().apply(context.request().headers());
    }

    private RefusedException refused(ServiceRequestContext context, Throwable failure) {
        if (failure instanceof StatusRuntimeException) {
            return new RefusedException(Refusal.INTERNAL, "the call failed");
        }
        return parts.failures().apply(context, failure);
    }
}
