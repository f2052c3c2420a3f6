package org.dmsc.bridge.http.agents;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.a2a.v1.A2AServiceGrpc;
import com.google.a2a.v1.CancelTaskRequest;
import com.google.a2a.v1.GetTaskRequest;
import com.google.a2a.v1.SendMessageRequest;
import com.google.a2a.v1.SendMessageResponse;
import com.google.a2a.v1.StreamResponse;
import com.google.a2a.v1.Task;
import com.google.a2a.v1.TaskSubscriptionRequest;
import com.google.protobuf.Message;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.v03.OldRequests;
import org.dmsc.bridge.core.a2a.v03.Style;
import org.dmsc.bridge.http.a2a.Operation;

/**
 * gRPC of A2A 0.3, package {@code a2a.v1}: framed as in 1.0, messages in the protobuf form of that time, tasks by the name {@code tasks/{task}}.
 * Its requests have no place for a tenant.
 */
final class OldGrpcCodec implements AgentCodec {

    @Override
    public Encoded encode(AgentAddress at, Question question) {
        ObjectNode message = question.message();
        return switch (question.operation()) {
            case SEND_MESSAGE -> sent("SendMessage", message);
            case SEND_STREAMING_MESSAGE -> sent("SendStreamingMessage", message);
            case GET_TASK -> named("GetTask", message, GetTaskRequest.getDefaultInstance());
            case CANCEL_TASK -> named("CancelTask", message, CancelTaskRequest.getDefaultInstance());
            case SUBSCRIBE_TO_TASK -> named("TaskSubscription", message, TaskSubscriptionRequest.getDefaultInstance());
            default -> throw new IllegalStateException("agents are not asked for " + question.operation());
        };
    }

    @Override
    public AnswerReader reader(Operation operation, int most) {
        return new GrpcAnswer(response(operation), said -> OldJsonRpcCodec.upgraded(operation, said), most);
    }

    private static Encoded sent(String method, ObjectNode message) {
        ObjectNode old = OldRequests.downgraded(message, Style.PROTO);
        return GrpcCodec.encoded(A2AServiceGrpc.SERVICE_NAME, method, old, SendMessageRequest.getDefaultInstance());
    }

    private static Encoded named(String method, ObjectNode message, Message type) {
        ObjectNode old =
                A2aJson.object().put("name", "tasks/" + message.path("id").asText());
        return GrpcCodec.encoded(A2AServiceGrpc.SERVICE_NAME, method, old, type);
    }

    private static Message response(Operation operation) {
        return switch (operation) {
            case SEND_MESSAGE -> SendMessageResponse.getDefaultInstance();
            case SEND_STREAMING_MESSAGE, SUBSCRIBE_TO_TASK -> StreamResponse.getDefaultInstance();
            default -> Task.getDefaultInstance();
        };
    }
}
