package org.dmsc.bridge.http.grpc;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.lf.a2a.v1.A2AServiceGrpc;
import com.google.lf.a2a.v1.AgentCard;
import com.google.lf.a2a.v1.CancelTaskRequest;
import com.google.lf.a2a.v1.DeleteTaskPushNotificationConfigRequest;
import com.google.lf.a2a.v1.GetExtendedAgentCardRequest;
import com.google.lf.a2a.v1.GetTaskPushNotificationConfigRequest;
import com.google.lf.a2a.v1.GetTaskRequest;
import com.google.lf.a2a.v1.ListTaskPushNotificationConfigsRequest;
import com.google.lf.a2a.v1.ListTaskPushNotificationConfigsResponse;
import com.google.lf.a2a.v1.ListTasksRequest;
import com.google.lf.a2a.v1.ListTasksResponse;
import com.google.lf.a2a.v1.SendMessageRequest;
import com.google.lf.a2a.v1.SendMessageResponse;
import com.google.lf.a2a.v1.StreamResponse;
import com.google.lf.a2a.v1.SubscribeToTaskRequest;
import com.google.lf.a2a.v1.Task;
import com.google.lf.a2a.v1.TaskPushNotificationConfig;
import com.google.protobuf.Empty;
import com.google.protobuf.Message;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.http.a2a.Answer;
import org.dmsc.bridge.http.a2a.Asking;
import org.dmsc.bridge.http.a2a.Operation;
import org.dmsc.bridge.http.a2a.ServiceParameters;
import org.dmsc.bridge.http.a2a.TaskStream;
import org.dmsc.bridge.http.connection.OpenStreams;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/** A2A's eleven methods: each hands its request to the core and turns what comes back into its response. */
final class A2aGrpcService extends A2AServiceGrpc.A2AServiceImplBase {

    private final GrpcBinding.Parts parts;

    A2aGrpcService(GrpcBinding.Parts parts) {
        this.parts = parts;
    }

    @Override
    public void sendMessage(SendMessageRequest request, StreamObserver<SendMessageResponse> reply) {
        whole(Operation.SEND_MESSAGE, request, SendMessageResponse.getDefaultInstance(), reply);
    }

    @Override
    public void sendStreamingMessage(SendMessageRequest request, StreamObserver<StreamResponse> reply) {
        flowing(Operation.SEND_STREAMING_MESSAGE, request, reply);
    }

    @Override
    public void subscribeToTask(SubscribeToTaskRequest request, StreamObserver<StreamResponse> reply) {
        flowing(Operation.SUBSCRIBE_TO_TASK, request, reply);
    }

    @Override
    public void getTask(GetTaskRequest request, StreamObserver<Task> reply) {
        whole(Operation.GET_TASK, request, Task.getDefaultInstance(), reply);
    }

    @Override
    public void listTasks(ListTasksRequest request, StreamObserver<ListTasksResponse> reply) {
        whole(Operation.LIST_TASKS, request, ListTasksResponse.getDefaultInstance(), reply);
    }

    @Override
    public void cancelTask(CancelTaskRequest request, StreamObserver<Task> reply) {
        whole(Operation.CANCEL_TASK, request, Task.getDefaultInstance(), reply);
    }

    @Override
    public void createTaskPushNotificationConfig(
            TaskPushNotificationConfig request, StreamObserver<TaskPushNotificationConfig> reply) {
        whole(Operation.CREATE_PUSH_CONFIG, request, TaskPushNotificationConfig.getDefaultInstance(), reply);
    }

    @Override
    public void getTaskPushNotificationConfig(
            GetTaskPushNotificationConfigRequest request, StreamObserver<TaskPushNotificationConfig> reply) {
        whole(Operation.GET_PUSH_CONFIG, request, TaskPushNotificationConfig.getDefaultInstance(), reply);
    }

    @Override
    public void listTaskPushNotificationConfigs(
            ListTaskPushNotificationConfigsRequest request,
            StreamObserver<ListTaskPushNotificationConfigsResponse> reply) {
        whole(
                Operation.LIST_PUSH_CONFIGS,
                request,
                ListTaskPushNotificationConfigsResponse.getDefaultInstance(),
                reply);
    }

    @Override
    public void deleteTaskPushNotificationConfig(
            DeleteTaskPushNotificationConfigRequest request, StreamObserver<Empty> reply) {
        whole(Operation.DELETE_PUSH_CONFIG, request, Empty.getDefaultInstance(), reply);
    }

    @Override
    public void getExtendedAgentCard(GetExtendedAgentCardRequest request, StreamObserver<AgentCard> reply) {
        whole(Operation.GET_EXTENDED_AGENT_CARD, request, AgentCard.getDefaultInstance(), reply);
    }

    private <M extends Message> void whole(Operation operation, Message request, M type, StreamObserver<M> reply) {
        ServiceRequestContext context = ServiceRequestContext.current();
        performed(context, operation, request).whenComplete((answer, failure) -> {
            try {
                if (failure != null) {
                    throw refused(context, failure);
                }
                ObjectNode json = answer.fold(whole -> whole, stream -> {
                    throw new IllegalStateException(operation + " does not stream");
                });
                reply.onNext(ProtoJson.message(A2aJson.bytes(json), type));
                reply.onCompleted();
            } catch (RefusedException e) {
                reply.onError(GrpcErrors.exception(e, parts.profile()));
            }
        });
    }

    private void flowing(Operation operation, Message request, StreamObserver<StreamResponse> reply) {
        ServiceRequestContext context = ServiceRequestContext.current();
        if (!(reply instanceof ServerCallStreamObserver<StreamResponse> call)) {
            throw new IllegalStateException("a server call without its observer");
        }
        GrpcSink.Naming naming = parameters(context).activated().contains(ServiceParameters.RESUME_EXTENSION)
                ? GrpcSink.Naming.NAMED
                : GrpcSink.Naming.BARE;
        GrpcSink sink = new GrpcSink(call, parts.profile(), naming).attached();
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

    private CompletionStage<Answer> performed(ServiceRequestContext context, Operation operation, Message request) {
        try {
            if (operation.waits() && context.request().headers().get("grpc-timeout") == null) {
                context.clearRequestTimeout();
            }
            Asking asking = parts.asking().of(context, parameters(context));
            String activated = String.join(", ", parts.core().activated(asking));
            if (!activated.isEmpty()) {
                context.addAdditionalResponseHeader("a2a-extensions", activated);
            }
            return parts.core().perform(asking, operation, ProtoJson.json(request));
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
