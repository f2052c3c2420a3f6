package org.dmsc.bridge.http.agents;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.http.a2a.Operation;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * HTTP+JSON: a path for each operation, below the interface's URL. Bodies go as {@code application/json}, which agents of both editions take;
 * subscriptions are posted, because that is what all of them do.
 */
final class RestCodec implements AgentCodec {

    private static final byte[] NOTHING = {};

    @Override
    public Encoded encode(AgentAddress at, Question question) {
        ObjectNode message = question.message();
        String below = at.tenant().map(tenant -> "/" + segment(tenant)).orElse("");
        String task = below + "/tasks/" + segment(message.path("id").asText());
        return switch (question.operation()) {
            case SEND_MESSAGE -> post(at.path(below + "/message:send"), message);
            case SEND_STREAMING_MESSAGE -> post(at.path(below + "/message:stream"), message);
            case GET_TASK -> new Encoded(HttpMethod.GET, at.path(task), MediaType.JSON, JSON_OR_EVENTS, NOTHING);
            case CANCEL_TASK -> post(at.path(task + ":cancel"), without(message, "id"));
            case SUBSCRIBE_TO_TASK ->
                new Encoded(HttpMethod.POST, at.path(task + ":subscribe"), MediaType.JSON, JSON_OR_EVENTS, NOTHING);
            default -> throw new IllegalStateException("agents are not asked for " + question.operation());
        };
    }

    @Override
    public AnswerReader reader(Operation operation, int most) {
        return new JsonAnswer(new Bare(), most);
    }

    static Encoded post(String path, ObjectNode body) {
        return new Encoded(HttpMethod.POST, path, MediaType.JSON, JSON_OR_EVENTS, A2aJson.bytes(body));
    }

    private static ObjectNode without(ObjectNode message, String member) {
        ObjectNode rest = message.deepCopy();
        rest.remove(member);
        return rest;
    }

    static String segment(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Messages as they are; errors of AIP-193, by status or, in a stream that had begun, in an event. */
    static class Bare implements JsonAnswer.Form {

        @Override
        public ObjectNode message(ObjectNode json) {
            if (json.path("error").isObject()) {
                throw failed(json.path("error"));
            }
            return json;
        }

        /** An A2A error is the agent's answer; any other is the server's before it. */
        @Override
        public RuntimeException error(HttpStatus status, byte[] body) {
            try {
                JsonNode error = A2aJson.parse(body).path("error");
                if (!reason(error).isEmpty()) {
                    return failed(error);
                }
            } catch (RefusedException e) {
                // Not JSON at all: the status says what there is to know.
            }
            return JsonAnswer.Form.super.error(status, body);
        }

        private static RefusedException failed(JsonNode error) {
            String reason = reason(error);
            return new RefusedException(
                    Refusal.AGENT_FAILED,
                    "the agent answered with error "
                            + Printable.of(reason.isEmpty() ? error.path("code").asText("?") : reason));
        }

        private static String reason(JsonNode error) {
            for (JsonNode detail : error.path("details")) {
                if (detail.path("@type").asText().endsWith("google.rpc.ErrorInfo")) {
                    return detail.path("reason").asText();
                }
            }
            return "";
        }
    }
}
