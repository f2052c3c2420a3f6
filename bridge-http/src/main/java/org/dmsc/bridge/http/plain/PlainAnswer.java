package org.dmsc.bridge.http.plain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.dmsc.bridge.core.Certainty;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.http.plain.PlainCall.Meaning;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * What a service's answer says about its task. Pure.
 *
 * <pre>
 *   2xx                    COMPLETED, or what the answer itself says where the registration names a place for it
 *   408, 425, 429, 503     nothing was done: UNDELIVERABLE
 *   other 4xx              REJECTED
 *   anything else          AGENT_FAILED; it may have done the work
 * </pre>
 * The registration may say otherwise, a single status before a class of them.
 */
sealed interface PlainAnswer {

    /** A {@code Task} of A2A, as the service would have answered it. */
    record Says(ObjectNode task) implements PlainAnswer {}

    /** The attempt ended without a result. */
    record Fails(Refusal refusal, String reason, Certainty certainty) implements PlainAnswer {}

    /** @throws RefusedException INVALID_AGENT_RESPONSE when what the registration promises is not there */
    static PlainAnswer of(PlainCall call, String taskId, int status, String contentType, byte[] body) {
        Optional<Meaning> meaning = meaning(call, status);
        if (meaning.isEmpty()) {
            return new Fails(Refusal.AGENT_FAILED, "the service answered HTTP " + status, Certainty.UNCERTAIN);
        }
        if (meaning.get() == Meaning.UNAVAILABLE) {
            return unavailable(status);
        }
        boolean json = contentType
                .toLowerCase(Locale.ROOT)
                .split(";", 2)[0]
                .trim()
                .matches("application/([a-z0-9.+-]+\\+)?json");
        boolean success = status / 100 == 2;
        Optional<JsonNode> document = json ? Optional.of(parse(body)) : Optional.empty();
        Meaning result =
                success && call.state().isPresent() ? stated(call.state().get(), document) : meaning.get();
        if (result == Meaning.UNAVAILABLE) {
            return unavailable(status);
        }
        ObjectNode part =
                document.map(found -> part(success ? at(call, found) : found)).orElseGet(() -> part(contentType, body));
        return new Says(task(taskId, result, part, status));
    }

    /** Of a gRPC call that said nothing but its status. */
    static PlainAnswer ofGrpc(PlainCall call, String taskId, GrpcStatus status) {
        return of(call, taskId, status.http(), "text/plain", status.message().getBytes(StandardCharsets.UTF_8));
    }

    static Fails unavailable(int status) {
        return new Fails(Refusal.UNDELIVERABLE, "the service answered HTTP " + status + ": not now", Certainty.CERTAIN);
    }

    private static Optional<Meaning> meaning(PlainCall call, int status) {
        Optional<Meaning> one = registered(call, status);
        if (one.isPresent()) {
            return one;
        }
        if (status / 100 == 2) {
            return Optional.of(Meaning.COMPLETED);
        }
        if (status == 408 || status == 425 || status == 429 || status == 503) {
            return Optional.of(Meaning.UNAVAILABLE);
        }
        return status / 100 == 4 ? Optional.of(Meaning.REJECTED) : Optional.empty();
    }

    /** What the registration itself says of a status. */
    static Optional<Meaning> registered(PlainCall call, int status) {
        Map<String, Meaning> said = call.statuses();
        return Optional.ofNullable(said.getOrDefault(Integer.toString(status), said.get(status / 100 + "xx")));
    }

    static Meaning stated(PlainCall.StateField state, Optional<JsonNode> document) {
        String word = document.map(found -> found.at(state.at()).asText("")).orElse("");
        return Optional.ofNullable(state.is().get(word))
                .orElseThrow(() -> invalid(state.at() + " is '" + Printable.of(word) + "' (expected one of "
                        + state.is().keySet() + ")"));
    }

    private static JsonNode at(PlainCall call, JsonNode document) {
        if (call.answer().isEmpty()) {
            return document;
        }
        JsonNode found = document.at(call.answer().get());
        if (found.isMissingNode()) {
            throw invalid("has no " + call.answer().get());
        }
        return found;
    }

    static JsonNode parse(byte[] body) {
        try {
            return A2aJson.parseAny(body);
        } catch (RefusedException e) {
            throw invalid(e.sentence());
        }
    }

    static ObjectNode part(JsonNode value) {
        ObjectNode part = A2aJson.object();
        return value.isTextual() ? part.put("text", value.textValue()) : part.set("data", value);
    }

    private static ObjectNode part(String contentType, byte[] body) {
        ObjectNode part = A2aJson.object();
        if (body.length == 0 || contentType.startsWith("text/")) {
            return part.put("text", new String(body, StandardCharsets.UTF_8));
        }
        part.put("raw", Base64.getEncoder().encodeToString(body));
        return part.put("mediaType", contentType.isEmpty() ? "application/octet-stream" : contentType);
    }

    /** A result is an artifact; why there is none is a message. */
    private static ObjectNode task(String taskId, Meaning meaning, ObjectNode part, int httpStatus) {
        ObjectNode task = A2aJson.object().put("id", taskId);
        ObjectNode status = task.putObject("status").put("state", "TASK_STATE_" + meaning.name());
        if (meaning == Meaning.COMPLETED) {
            task.putArray("artifacts")
                    .addObject()
                    .put("artifactId", "result")
                    .putArray("parts")
                    .add(part);
        } else {
            ObjectNode message = status.putObject("message");
            message.put("messageId", taskId + "-http-" + httpStatus).put("role", "ROLE_AGENT");
            message.putArray("parts").add(part);
        }
        return task;
    }

    static RefusedException invalid(String what) {
        return new RefusedException(Refusal.INVALID_AGENT_RESPONSE, "answer: " + what);
    }
}
