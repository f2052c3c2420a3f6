package org.dmsc.bridge.http.agents;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.google.a2a.v1.A2AServiceGrpc;
import com.google.a2a.v1.CancelTaskRequest;
import com.google.a2a.v1.GetTaskRequest;
import com.google.a2a.v1.SendMessageRequest;
import com.google.a2a.v1.SendMessageResponse;
import com.google.a2a.v1.StreamResponse;
import com.google.a2a.v1.Task;
import com.google.a2a.v1.TaskSubscriptionRequest;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.dmsc.bridge.core.a2a.A2aJson;

/**
 * The agent as one of A2A 0.3 over gRPC: the same conversations in the words of that version. Translated here by hand, so that the product's own
 * translation is held against another one. Its errors are statuses alone, as the SDKs of that time had them.
 */
final class OldGrpcAgent extends A2AServiceGrpc.A2AServiceImplBase {

    private final Conversations does;
    private final UnaryOperator<ObjectNode> last;

    /** @param last what a caller gets that waits for the end */
    OldGrpcAgent(Conversations does, UnaryOperator<ObjectNode> last) {
        this.does = does;
        this.last = last;
    }

    @Override
    public void sendMessage(SendMessageRequest request, StreamObserver<SendMessageResponse> reply) {
        unary(reply, SendMessageResponse.newBuilder(), () -> last.apply(sent(request)));
    }

    @Override
    public void sendStreamingMessage(SendMessageRequest request, StreamObserver<StreamResponse> reply) {
        flowing(reply, out -> does.send(sent(request), out));
    }

    @Override
    public void taskSubscription(TaskSubscriptionRequest request, StreamObserver<StreamResponse> reply) {
        flowing(reply, out -> does.subscribe(named(request.getName()), out));
    }

    @Override
    public void getTask(GetTaskRequest request, StreamObserver<Task> reply) {
        unary(reply, Task.newBuilder(), () -> does.get(named(request.getName())));
    }

    @Override
    public void cancelTask(CancelTaskRequest request, StreamObserver<Task> reply) {
        unary(reply, Task.newBuilder(), () -> does.cancel(named(request.getName())));
    }

    @SuppressWarnings("unchecked") // A builder builds what it was made by.
    private static <M extends Message> void unary(
            StreamObserver<M> reply, Message.Builder builder, Supplier<ObjectNode> work) {
        try {
            reply.onNext((M) filled(builder, work.get()));
            reply.onCompleted();
        } catch (Conversations.Fault fault) {
            reply.onError(status(fault));
        }
    }

    private static void flowing(StreamObserver<StreamResponse> reply, Consumer<Conversations.Out> work) {
        ServiceRequestContext context = ServiceRequestContext.current();
        try {
            work.accept(new Conversations.Out() {
                @Override
                public void next(ObjectNode response) {
                    reply.onNext((StreamResponse) filled(StreamResponse.newBuilder(), response));
                }

                @Override
                public void end() {
                    reply.onCompleted();
                }

                @Override
                public void cut() {
                    reply.onError(Status.UNAVAILABLE.asRuntimeException());
                    context.initiateConnectionShutdown();
                }
            });
        } catch (Conversations.Fault fault) {
            reply.onError(status(fault));
        }
    }

    private static Throwable status(Conversations.Fault fault) {
        return Status.fromCodeValue(fault.grpc)
                .withDescription("the agent's own words")
                .asRuntimeException();
    }

    private static ObjectNode named(String name) {
        if (!name.startsWith("tasks/")) {
            throw new Conversations.Fault(-32602, "INVALID_PARAMS", 400, 3);
        }
        return A2aJson.object().put("id", name.substring("tasks/".length()));
    }

    /** The message as 1.0 has it. */
    private static ObjectNode sent(SendMessageRequest request) {
        ObjectNode json = json(request);
        ObjectNode message = (ObjectNode) json.get("message");
        ArrayNode parts = A2aJson.array();
        message.remove("content").forEach(content -> parts.add(newPart(content)));
        message.set("parts", parts);
        return json;
    }

    private static ObjectNode newPart(JsonNode old) {
        ObjectNode part = A2aJson.object();
        JsonNode file = old.path("file");
        rename(old, "text", part, "text");
        rename(file, "fileWithUri", part, "url");
        rename(file, "fileWithBytes", part, "raw");
        rename(file, "mimeType", part, "mediaType");
        rename(file, "name", part, "filename");
        rename(old.path("data"), "data", part, "data");
        rename(old, "metadata", part, "metadata");
        return part;
    }

    /** What was said, in the words of 0.3. */
    private static JsonNode old(JsonNode json) {
        if (json instanceof ArrayNode array) {
            ArrayNode all = A2aJson.array();
            array.forEach(one -> all.add(old(one)));
            return all;
        }
        if (!(json instanceof ObjectNode object)) {
            return json.asText().equals("TASK_STATE_CANCELED") ? TextNode.valueOf("TASK_STATE_CANCELLED") : json;
        }
        ObjectNode all = A2aJson.object();
        object.properties().forEach(member -> {
            if (member.getKey().equals("parts")) {
                ArrayNode parts = all.putArray(object.has("messageId") ? "content" : "parts");
                member.getValue().forEach(part -> parts.add(oldPart(part)));
            } else {
                all.set(member.getKey(), old(member.getValue()));
            }
        });
        return all;
    }

    private static ObjectNode oldPart(JsonNode part) {
        ObjectNode old = A2aJson.object();
        rename(part, "text", old, "text");
        rename(part, "metadata", old, "metadata");
        if (part.has("raw") || part.has("url")) {
            ObjectNode file = old.putObject("file");
            rename(part, "url", file, "fileWithUri");
            rename(part, "raw", file, "fileWithBytes");
            rename(part, "mediaType", file, "mimeType");
            rename(part, "filename", file, "name");
        }
        if (part.has("data")) {
            old.putObject("data").set("data", part.get("data"));
        }
        return old;
    }

    private static void rename(JsonNode from, String before, ObjectNode to, String after) {
        if (from.has(before)) {
            to.set(after, from.get(before));
        }
    }

    private static ObjectNode json(MessageOrBuilder message) {
        try {
            return A2aJson.parse(JsonFormat.printer().print(message).getBytes(StandardCharsets.UTF_8));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static Message filled(Message.Builder builder, ObjectNode json) {
        try {
            JsonFormat.parser().merge(old(json).toString(), builder);
            return builder.build();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
