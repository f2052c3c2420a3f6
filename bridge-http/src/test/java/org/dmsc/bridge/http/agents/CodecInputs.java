package org.dmsc.bridge.http.agents;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.lf.a2a.v1.SendMessageRequest;
import com.google.protobuf.InvalidProtocolBufferException;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.dmsc.bridge.core.Terms;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.AgentReplies;
import org.dmsc.bridge.core.a2a.AgentReply;
import org.dmsc.bridge.core.a2a.JsonRpc;
import org.dmsc.bridge.core.a2a.ListRequests;
import org.dmsc.bridge.core.a2a.PushJson;
import org.dmsc.bridge.core.a2a.SendRequests;
import org.dmsc.bridge.core.a2a.TaskKey;
import org.dmsc.bridge.core.a2a.v03.Downgrade;
import org.dmsc.bridge.core.a2a.v03.Style;
import org.dmsc.bridge.http.a2a.OldCall;
import org.dmsc.bridge.http.a2a.Operation;
import org.dmsc.bridge.http.grpc.ProtoJson;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;

/**
 * Any bytes through each codec of A2A, as a caller's request and as an agent's answer: read, or refused with a sentence. Whatever else leaves
 * is a fault. The first byte says which way, the second how large the chunks of an answer are.
 */
final class CodecInputs {

    private static final int MOST = 64 * 1024;

    private CodecInputs() {}

    static void jsonRpc(byte[] input) {
        attempt(input, new JsonRpcCodec(), body -> {
            if (JsonRpc.parse(body) instanceof JsonRpc.Request request) {
                Operation.named(request.method()).ifPresent(operation -> asked(operation, request.params()));
            }
        });
    }

    static void httpJson(byte[] input) {
        attempt(input, new RestCodec(), body -> {
            for (Operation operation : Operation.values()) {
                asked(operation, A2aJson.parse(body));
            }
        });
    }

    static void grpc(byte[] input) {
        attempt(input, new GrpcCodec(), body -> {
            try {
                asked(Operation.SEND_MESSAGE, ProtoJson.json(SendMessageRequest.parseFrom(body)));
            } catch (InvalidProtocolBufferException e) {
                // The gRPC runtime's own to refuse: GrpcBinding makes INVALID_ARGUMENT of it.
            }
        });
    }

    static void old(byte[] input) {
        attempt(input, oldCodec(input), body -> {
            if (JsonRpc.parse(body) instanceof JsonRpc.Request request) {
                OldCall.jsonRpc(request.method(), request.params())
                        .ifPresent(call -> asked(call.operation(), call.request()));
            }
            ObjectNode json = A2aJson.parse(body);
            for (Style style : Style.values()) {
                new Downgrade(style).response(json);
                new Downgrade(style).task(json);
            }
            OldCall call = OldCall.rest(Operation.SEND_MESSAGE, json);
            asked(call.operation(), call.request());
        });
    }

    private static AgentCodec oldCodec(byte[] input) {
        int highest = input.length == 0 ? 0 : input[0] & 0xC0;
        return switch (highest) {
            case 0xC0 -> new OldGrpcCodec();
            case 0x80 -> new OldRestCodec();
            default -> new OldJsonRpcCodec();
        };
    }

    private interface Reading {
        void of(byte[] body);
    }

    private static void attempt(byte[] input, AgentCodec codec, Reading asACaller) {
        if (input.length < 2) {
            return;
        }
        byte[] body = Arrays.copyOfRange(input, 2, input.length);
        try {
            switch (input[0] & 3) {
                case 0 -> asACaller.of(body);
                case 1 -> answered(codec, Operation.SEND_STREAMING_MESSAGE, MediaType.EVENT_STREAM, input[1], body);
                case 2 -> answered(codec, Operation.SEND_MESSAGE, MediaType.JSON, input[1], body);
                default -> answered(codec, Operation.GET_TASK, MediaType.JSON, input[1], body);
            }
        } catch (RefusedException refused) {
            if (refused.sentence().isBlank() || refused.sentence().length() > 2_000) {
                throw new AssertionError("a refusal that says nothing, or too much: " + refused.sentence(), refused);
            }
        } catch (AgentFailures.StatusException status) {
            // What an HTTP or gRPC status means.
        }
    }

    private static void asked(Operation operation, ObjectNode request) {
        switch (operation) {
            case SEND_MESSAGE, SEND_STREAMING_MESSAGE -> {
                SendRequests.wishes(request);
                SendRequests.toMessage(request, new TenantId("acme"), Optional.empty(), Terms.plain("test"));
            }
            case LIST_TASKS -> ListRequests.filter(request);
            case CREATE_PUSH_CONFIG -> PushJson.read(request, "", "task", () -> "id");
            default -> SendRequests.historyLength(request);
        }
    }

    private static void answered(AgentCodec codec, Operation operation, MediaType type, byte chunks, byte[] body) {
        AgentReplies replies = AgentReplies.ofServer(new TaskKey("task", "context"), Clock.systemUTC());
        AnswerReader reader = codec.reader(operation, MOST);
        HttpStatus status = chunks == 0 ? HttpStatus.BAD_REQUEST : HttpStatus.OK;
        reader.begin(ResponseHeaders.builder(status).contentType(type).build());
        int step = Math.max(1, chunks & 0xff);
        for (int at = 0; at < body.length; at += step) {
            heard(replies, operation, reader.read(Arrays.copyOfRange(body, at, Math.min(body.length, at + step))));
        }
        heard(replies, operation, reader.end(HttpHeaders.of("grpc-status", "0")));
        reader.lastEventId().ifPresent(id -> HttpHeaders.of("last-event-id", id));
    }

    private static void heard(AgentReplies replies, Operation operation, List<ObjectNode> messages) {
        for (ObjectNode message : messages) {
            ObjectNode response =
                    operation == Operation.GET_TASK ? A2aJson.object().set("task", message) : message;
            replies.read(response).forEach(AgentReply::bytes);
        }
    }
}
