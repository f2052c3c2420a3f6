package org.dmsc.bridge.http.plain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.http.plain.PlainCall.Meaning;

/**
 * What a method that streams says about its task, message by message. Does no I/O; one instance per call; not thread-safe.
 *
 * <pre>
 *   message                       a part of the artifact "result": the first begins it, the others append; as they come
 *   ... without a result in it    nothing ("answer" finds none); it counts for "state" all the same
 *   OK                            lastChunk, and COMPLETED, or what the last message says where the registration names a place for it
 *   another status, no message before it      as of a method that does not stream: {@link PlainAnswer}
 *   another status after messages             FAILED with the status's name, or what the registration says; nothing is done again
 * </pre>
 */
final class StreamedAnswer {

    /** Each message is a record of its own, and the task keeps them all. */
    static final int MOST_MESSAGES = 10_000;

    private static final String ARTIFACT = "result";

    private final PlainCall call;
    private final String taskId;
    private Optional<JsonNode> newest = Optional.empty();
    private int messages;
    private int passed;

    StreamedAnswer(PlainCall call, String taskId) {
        this.call = call;
        this.taskId = taskId;
    }

    /**
     * The next message.
     *
     * @param json its ProtoJSON
     * @return the A2A {@code StreamResponse} that it is; empty when the registration looks for a result that it has not
     * @throws org.dmsc.schemas.RefusedException INVALID_AGENT_RESPONSE for one too many
     */
    Optional<ObjectNode> message(byte[] json) {
        if (++messages > MOST_MESSAGES) {
            throw PlainAnswer.invalid("has more than " + MOST_MESSAGES + " messages (expected fewer, larger ones)");
        }
        JsonNode document = PlainAnswer.parse(json);
        newest = Optional.of(document);
        return result(document).map(found -> chunk(PlainAnswer.part(found)));
    }

    /** What closes the artifact: A2A has no other place for that than a chunk, and none without a part. */
    Optional<ObjectNode> closing(GrpcStatus status) {
        if (passed == 0 || !status.isOk()) {
            return Optional.empty();
        }
        ObjectNode response = chunk(A2aJson.object().put("text", ""));
        ((ObjectNode) response.get("artifactUpdate")).put("lastChunk", true);
        return Optional.of(response);
    }

    /**
     * The end of the stream.
     *
     * @throws org.dmsc.schemas.RefusedException INVALID_AGENT_RESPONSE when the last message does not say how it went, and the registration
     *     promises that it does
     */
    PlainAnswer ended(GrpcStatus status) {
        if (status.isOk()) {
            Meaning result =
                    call.state().map(state -> PlainAnswer.stated(state, newest)).orElse(Meaning.COMPLETED);
            if (result == Meaning.UNAVAILABLE && passed == 0) {
                return PlainAnswer.unavailable(status.http());
            }
            return new PlainAnswer.Says(task(result, newest.flatMap(this::result), status));
        }
        if (messages == 0) {
            return PlainAnswer.ofGrpc(call, taskId, status);
        }
        Meaning meaning = PlainAnswer.registered(call, status.http()).orElse(Meaning.FAILED);
        return new PlainAnswer.Says(task(meaning, Optional.empty(), status));
    }

    private Optional<JsonNode> result(JsonNode document) {
        JsonNode found = call.answer().map(document::at).orElse(document);
        return found.isMissingNode() ? Optional.empty() : Optional.of(found);
    }

    private ObjectNode chunk(ObjectNode part) {
        ObjectNode response = A2aJson.object();
        ObjectNode update = response.putObject("artifactUpdate").put("taskId", taskId);
        update.putObject("artifact")
                .put("artifactId", ARTIFACT)
                .putArray("parts")
                .add(part);
        if (passed++ > 0) {
            update.put("append", true);
        }
        return response;
    }

    /** UNAVAILABLE asks for another attempt: after messages that would say everything twice. */
    private ObjectNode task(Meaning meaning, Optional<JsonNode> words, GrpcStatus status) {
        Meaning state = meaning == Meaning.UNAVAILABLE ? Meaning.FAILED : meaning;
        ObjectNode task = A2aJson.object().put("id", taskId);
        ObjectNode written = task.putObject("status").put("state", "TASK_STATE_" + state.name());
        if (state != Meaning.COMPLETED) {
            ObjectNode message = written.putObject("message");
            message.put("messageId", taskId + "-grpc-" + status.name()).put("role", "ROLE_AGENT");
            message.putArray("parts")
                    .add(words.map(PlainAnswer::part)
                            .orElseGet(() -> A2aJson.object().put("text", sentence(status))));
            message.putObject("metadata").put("grpcStatus", status.name());
        }
        return task;
    }

    private static String sentence(GrpcStatus status) {
        String words = status.message();
        return "gRPC status " + status.name() + (words.isEmpty() ? "" : ": " + words);
    }
}
