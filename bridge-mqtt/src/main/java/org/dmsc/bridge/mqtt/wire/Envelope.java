package org.dmsc.bridge.mqtt.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * The envelope of MQTT 3.1.1, as {@code docs/mqtt-311.md} defines it.
 *
 * @param operation the A2A operation of a request
 * @param parameters service parameters, by lower-case name
 */
public record Envelope(
        Type type,
        String id,
        Optional<String> ref,
        Optional<String> to,
        Optional<String> operation,
        Optional<Duration> timeout,
        ObjectNode parameters,
        ObjectNode body) {

    private static final int VERSION = 1;
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_.-]{1,128}");
    private static final int LONGEST_NAME = 128;

    /** What an envelope is. */
    public enum Type {
        REGISTER,
        UNREGISTER,
        HEARTBEAT,
        REQUEST,
        REPLY,
        EVENT,
        CANCEL,
        ACK,
        ERROR;

        private String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Reads an envelope.
     *
     * @throws RefusedException MALFORMED_JSON, INVALID_REQUEST, UNKNOWN_OPERATION
     */
    public static Envelope read(ObjectNode json) {
        JsonNode version = json.path("v");
        if (!version.isIntegralNumber() || version.asInt() != VERSION) {
            throw wrong("v: is " + shown(version) + " (expected 1)");
        }
        String id = name(json, "id").orElseThrow(() -> wrong("id: is missing (expected a unique id)"));
        return new Envelope(
                type(json),
                id,
                name(json, "ref"),
                text(json, "to"),
                text(json, "operation"),
                timeout(json),
                object(json, "parameters"),
                object(json, "body"));
    }

    /** An envelope to an agent that answers nothing. */
    public static ObjectNode write(Type type, String id, ObjectNode body) {
        ObjectNode json = A2aJson.object();
        json.put("v", VERSION);
        json.put("type", type.word());
        json.put("id", id);
        if (!body.isEmpty()) {
            json.set("body", body);
        }
        return json;
    }

    /** An envelope to an agent that answers one of its own. */
    public static ObjectNode answer(Type type, String id, Optional<String> ref, ObjectNode body) {
        ObjectNode json = write(type, id, body);
        ref.ifPresent(answered -> json.put("ref", answered));
        return json;
    }

    /** The id of an envelope that may be no good otherwise, for the answer that says so. */
    public static Optional<String> idOf(ObjectNode json) {
        String id = json.path("id").asText("");
        return ID.matcher(id).matches() ? Optional.of(id) : Optional.empty();
    }

    /** A service parameter. */
    public Optional<String> parameter(String lowerCaseName) {
        for (Map.Entry<String, JsonNode> parameter : parameters.properties()) {
            if (parameter.getKey().toLowerCase(Locale.ROOT).equals(lowerCaseName)) {
                return Optional.ofNullable(parameter.getValue().textValue());
            }
        }
        return Optional.empty();
    }

    /** Type and ids only. */
    @Override
    public String toString() {
        return "Envelope[type=" + type + ", id=" + id + ", ref=" + ref + "]";
    }

    private static Type type(ObjectNode json) {
        String word =
                text(json, "type").orElseThrow(() -> wrong("type: is missing (expected a type of docs/mqtt-311.md)"));
        for (Type type : Type.values()) {
            if (type.word().equals(word)) {
                return type;
            }
        }
        throw new RefusedException(
                Refusal.UNKNOWN_OPERATION,
                "type: is '" + Printable.of(word) + "' (expected a type of docs/mqtt-311.md)");
    }

    private static Optional<String> name(ObjectNode json, String member) {
        Optional<String> text = text(json, member);
        text.filter(value -> !ID.matcher(value).matches()).ifPresent(value -> {
            throw wrong(member + ": is '" + Printable.of(value)
                    + "' (expected 1 to 128 of A-Z, a-z, 0-9, '_', '.' and '-')");
        });
        return text;
    }

    private static Optional<String> text(ObjectNode json, String member) {
        JsonNode value = json.path(member);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isTextual() || value.textValue().length() > LONGEST_NAME) {
            throw wrong(member + ": is " + shown(value) + " (expected a string of at most " + LONGEST_NAME
                    + " characters)");
        }
        return Optional.of(value.textValue());
    }

    private static Optional<Duration> timeout(ObjectNode json) {
        JsonNode value = json.path("timeoutMs");
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 1) {
            throw wrong("timeoutMs: is " + shown(value) + " (expected a whole number of milliseconds, at least 1)");
        }
        return Optional.of(Duration.ofMillis(value.intValue()));
    }

    private static ObjectNode object(ObjectNode json, String member) {
        JsonNode value = json.path(member);
        if (value.isMissingNode() || value.isNull()) {
            return A2aJson.object();
        }
        if (value instanceof ObjectNode object) {
            return object;
        }
        throw wrong(member + ": is " + shown(value) + " (expected an object)");
    }

    private static String shown(JsonNode value) {
        return value.isMissingNode() ? "missing" : "'" + Printable.of(value.toString()) + "'";
    }

    private static RefusedException wrong(String sentence) {
        return new RefusedException(Refusal.INVALID_REQUEST, sentence);
    }
}
