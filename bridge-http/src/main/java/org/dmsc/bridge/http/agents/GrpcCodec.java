package org.dmsc.bridge.http.agents;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.lf.a2a.v1.A2AServiceGrpc;
import com.google.lf.a2a.v1.CancelTaskRequest;
import com.google.lf.a2a.v1.GetTaskRequest;
import com.google.lf.a2a.v1.SendMessageRequest;
import com.google.lf.a2a.v1.SendMessageResponse;
import com.google.lf.a2a.v1.StreamResponse;
import com.google.lf.a2a.v1.SubscribeToTaskRequest;
import com.google.lf.a2a.v1.Task;
import com.google.protobuf.Message;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.MediaType;
import java.util.function.UnaryOperator;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.http.a2a.Operation;
import org.dmsc.bridge.http.grpc.GrpcFrames;
import org.dmsc.bridge.http.grpc.ProtoJson;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/** gRPC: each message behind five bytes that say how long it is, on the same connections as everything else. */
final class GrpcCodec implements AgentCodec {

    private static final MediaType TYPE = MediaType.parse("application/grpc+proto");

    @Override
    public Encoded encode(AgentAddress at, Question question) {
        at.tenant().ifPresent(tenant -> question.message().put("tenant", tenant));
        return encoded(
                A2AServiceGrpc.SERVICE_NAME,
                question.operation().wireName(),
                question.message(),
                request(question.operation()));
    }

    /**
     * A request of either edition.
     *
     * @throws RefusedException UNDELIVERABLE when the JSON does not fit into that type
     */
    static Encoded encoded(String service, String method, ObjectNode json, Message type) {
        byte[] frame = GrpcFrames.framed(message(json, type).toByteArray());
        return new Encoded(HttpMethod.POST, "/" + service + "/" + method, TYPE, "", frame);
    }

    @Override
    public AnswerReader reader(Operation operation, int most) {
        return new GrpcAnswer(response(operation), UnaryOperator.identity(), most);
    }

    private static Message message(ObjectNode json, Message type) {
        try {
            return ProtoJson.message(A2aJson.bytes(json), type);
        } catch (RefusedException e) {
            throw new RefusedException(
                    Refusal.UNDELIVERABLE,
                    "message: has no form in gRPC (expected ProtoJSON of "
                            + type.getDescriptorForType().getFullName() + ")");
        }
    }

    private static Message request(Operation operation) {
        return switch (operation) {
            case SEND_MESSAGE, SEND_STREAMING_MESSAGE -> SendMessageRequest.getDefaultInstance();
            case GET_TASK -> GetTaskRequest.getDefaultInstance();
            case CANCEL_TASK -> CancelTaskRequest.getDefaultInstance();
            case SUBSCRIBE_TO_TASK -> SubscribeToTaskRequest.getDefaultInstance();
            default -> throw new IllegalStateException("agents are not asked for " + operation);
        };
    }

    private static Message response(Operation operation) {
        return switch (operation) {
            case SEND_MESSAGE -> SendMessageResponse.getDefaultInstance();
            case SEND_STREAMING_MESSAGE, SUBSCRIBE_TO_TASK -> StreamResponse.getDefaultInstance();
            default -> Task.getDefaultInstance();
        };
    }
}
