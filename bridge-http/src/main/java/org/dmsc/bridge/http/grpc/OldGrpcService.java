package org.dmsc.bridge.http.grpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.a2a.v1.A2AServiceGrpc;
import com.google.a2a.v1.AgentCard;
import com.google.a2a.v1.CancelTaskRequest;
import com.google.a2a.v1.CreateTaskPushNotificationConfigRequest;
import com.google.a2a.v1.DeleteTaskPushNotificationConfigRequest;
import com.google.a2a.v1.GetAgentCardRequest;
import com.google.a2a.v1.GetTaskPushNotificationConfigRequest;
import com.google.a2a.v1.GetTaskRequest;
import com.google.a2a.v1.ListTaskPushNotificationConfigRequest;
import com.google.a2a.v1.ListTaskPushNotificationConfigResponse;
import com.google.a2a.v1.SendMessageRequest;
import com.google.a2a.v1.SendMessageResponse;
import com.google.a2a.v1.StreamResponse;
import com.google.a2a.v1.Task;
import com.google.a2a.v1.TaskPushNotificationConfig;
import com.google.a2a.v1.TaskSubscriptionRequest;
import com.google.protobuf.Empty;
import com.google.protobuf.Message;
import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.v03.OldCards;
import org.dmsc.bridge.http.a2a.Asking;
import org.dmsc.bridge.http.a2a.OldCall;
import org.dmsc.bridge.http.a2a.Operation;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/** The ten methods of A2A 0.3: its protobuf has the JSON that its HTTP+JSON had, so {@link OldCall} translates both. */
final class OldGrpcService extends A2AServiceGrpc.A2AServiceImplBase {

    /** {@code task/} is a slip of 0.3.0's own. */
    private static final Pattern NAME = Pattern.compile("tasks?/([^/]+)(?:/pushNotificationConfigs(?:/([^/]+))?)?");

    private final GrpcCalls calls;

    OldGrpcService(GrpcBinding.Parts parts) {
        this.calls = new GrpcCalls(parts, OldGrpcService::upgraded);
    }

    @Override
    public void sendMessage(SendMessageRequest request, StreamObserver<SendMessageResponse> reply) {
        whole(Operation.SEND_MESSAGE, () -> ProtoJson.json(request), SendMessageResponse.getDefaultInstance(), reply);
    }

    @Override
    public void sendStreamingMessage(SendMessageRequest request, StreamObserver<StreamResponse> reply) {
        flowing(Operation.SEND_STREAMING_MESSAGE, () -> ProtoJson.json(request), reply);
    }

    @Override
    public void taskSubscription(TaskSubscriptionRequest request, StreamObserver<StreamResponse> reply) {
        flowing(Operation.SUBSCRIBE_TO_TASK, () -> task(request.getName(), "id"), reply);
    }

    @Override
    public void getTask(GetTaskRequest request, StreamObserver<Task> reply) {
        whole(
                Operation.GET_TASK,
                () -> {
                    ObjectNode task = task(request.getName(), "id");
                    return request.getHistoryLength() == 0
                            ? task
                            : task.put("historyLength", request.getHistoryLength());
                },
                Task.getDefaultInstance(),
                reply);
    }

    @Override
    public void cancelTask(CancelTaskRequest request, StreamObserver<Task> reply) {
        whole(Operation.CANCEL_TASK, () -> task(request.getName(), "id"), Task.getDefaultInstance(), reply);
    }

    @Override
    public void createTaskPushNotificationConfig(
            CreateTaskPushNotificationConfigRequest request, StreamObserver<TaskPushNotificationConfig> reply) {
        whole(
                Operation.CREATE_PUSH_CONFIG,
                () -> {
                    ObjectNode config = task(request.getParent(), "taskId");
                    ObjectNode inner = ProtoJson.json(request.getConfig().getPushNotificationConfig());
                    if (!inner.has("id") && !request.getConfigId().isEmpty()) {
                        inner.put("id", request.getConfigId());
                    }
                    config.set("config", inner);
                    return config;
                },
                TaskPushNotificationConfig.getDefaultInstance(),
                reply);
    }

    @Override
    public void getTaskPushNotificationConfig(
            GetTaskPushNotificationConfigRequest request, StreamObserver<TaskPushNotificationConfig> reply) {
        whole(
                Operation.GET_PUSH_CONFIG,
                () -> config(request.getName()),
                TaskPushNotificationConfig.getDefaultInstance(),
                reply);
    }

    @Override
    public void listTaskPushNotificationConfig(
            ListTaskPushNotificationConfigRequest request,
            StreamObserver<ListTaskPushNotificationConfigResponse> reply) {
        whole(
                Operation.LIST_PUSH_CONFIGS,
                () -> task(request.getParent(), "taskId"),
                ListTaskPushNotificationConfigResponse.getDefaultInstance(),
                reply);
    }

    @Override
    public void deleteTaskPushNotificationConfig(
            DeleteTaskPushNotificationConfigRequest request, StreamObserver<Empty> reply) {
        whole(Operation.DELETE_PUSH_CONFIG, () -> config(request.getName()), Empty.getDefaultInstance(), reply);
    }

    @Override
    public void getAgentCard(GetAgentCardRequest request, StreamObserver<AgentCard> reply) {
        calls.whole(
                Operation.GET_EXTENDED_AGENT_CARD,
                A2aJson::object,
                new GrpcCalls.Reply<>(OldGrpcService::card, event -> event, AgentCard.getDefaultInstance()),
                reply);
    }

    /** What 0.3 asks for is wrapped in its protobuf as it is in 1.0. */
    private static JsonNode card(ObjectNode card) {
        return OldCards.old(card).set("security", card.path("securityRequirements"));
    }

    private <M extends Message> void whole(
            Operation operation, Supplier<ObjectNode> request, M type, StreamObserver<M> reply) {
        calls.whole(operation, () -> OldCall.rest(operation, request.get()).request(), reply(operation, type), reply);
    }

    private void flowing(Operation operation, Supplier<ObjectNode> request, StreamObserver<StreamResponse> reply) {
        calls.flowing(
                operation,
                () -> OldCall.rest(operation, request.get()).request(),
                reply(operation, StreamResponse.getDefaultInstance()),
                reply);
    }

    /** Answers are translated by what was asked for alone. */
    private static <M extends Message> GrpcCalls.Reply<M> reply(Operation operation, M type) {
        OldCall shape = OldCall.rest(operation, A2aJson.object());
        return new GrpcCalls.Reply<>(shape::result, shape::event, type);
    }

    private static ObjectNode task(String name, String member) {
        return A2aJson.object().put(member, part(name, 1));
    }

    private static ObjectNode config(String name) {
        return task(name, "taskId").put("id", part(name, 2));
    }

    private static String part(String name, int group) {
        Matcher parts = NAME.matcher(name);
        String part = parts.matches() ? parts.group(group) : null;
        if (part == null) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST,
                    "name: '" + Printable.of(name)
                            + "' (expected tasks/{task}, or tasks/{task}/pushNotificationConfigs/{configuration})");
        }
        return part;
    }

    /** The package says which version this is; a header that says otherwise is a mistake. */
    private static Asking upgraded(Asking asking) {
        if (!asking.parameters().old()) {
            throw new RefusedException(
                    Refusal.UNSUPPORTED_VERSION,
                    "A2A-Version: '"
                            + Printable.of(asking.parameters().version().orElse(""))
                            + "' in package a2a.v1 (expected 0.3, or the package lf.a2a.v1)");
        }
        return asking.upgraded();
    }
}
