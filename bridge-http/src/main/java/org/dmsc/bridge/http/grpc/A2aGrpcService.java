package org.dmsc.bridge.http.grpc;

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
import io.grpc.stub.StreamObserver;
import org.dmsc.bridge.http.a2a.Operation;

/** A2A's eleven methods: each hands its request to the core and turns what comes back into its response. */
final class A2aGrpcService extends A2AServiceGrpc.A2AServiceImplBase {

    private final GrpcCalls calls;

    A2aGrpcService(GrpcBinding.Parts parts) {
        this.calls = new GrpcCalls(parts, asking -> asking);
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
        calls.whole(operation, () -> ProtoJson.json(request), GrpcCalls.Reply.of(type), reply);
    }

    private void flowing(Operation operation, Message request, StreamObserver<StreamResponse> reply) {
        calls.flowing(
                operation,
                () -> ProtoJson.json(request),
                GrpcCalls.Reply.of(StreamResponse.getDefaultInstance()),
                reply);
    }
}
