package org.dmsc.bridge.core.a2a;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * Reads the members of one JSON object and says exactly which was wrong. A member that is null counts as absent (ProtoJSON).
 *
 * @param path how a message names this object, e.g. {@code params.message}
 * @param refusal what a wrong member is refused as
 */
public record Fields(ObjectNode node, String path, Refusal refusal) {

    /** Of what a client sent. */
    public static Fields ofRequest(ObjectNode node, String path) {
        return new Fields(node, path, Refusal.INVALID_REQUEST);
    }

    public boolean has(String name) {
        return node.hasNonNull(name);
    }

    public Optional<String> text(String name, int longest) {
        JsonNode value = node.get(name);
        if (value == null || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isTextual()) {
            throw wrong(name, "is " + A2aJson.kind(value), "a string");
        }
        if (value.textValue().length() > longest) {
            throw wrong(name, "has " + value.textValue().length() + " characters", "at most " + longest);
        }
        return Optional.of(value.textValue());
    }

    public String requiredText(String name, int longest) {
        String value = text(name, longest).orElseThrow(() -> wrong(name, "is missing", "a string"));
        if (value.isBlank()) {
            throw wrong(name, "is empty", "a string that says something");
        }
        return value;
    }

    /** Ids become keys and headers: no control characters, not blank. */
    public Optional<String> id(String name, int longest) {
        Optional<String> value = text(name, longest).filter(id -> !id.isEmpty());
        if (value.isPresent() && (value.get().isBlank() || value.get().chars().anyMatch(Character::isISOControl))) {
            throw wrong(name, "is '" + Printable.of(value.get()) + "'", "an id without control characters");
        }
        return value;
    }

    public Optional<ObjectNode> object(String name) {
        JsonNode value = node.get(name);
        if (value == null || value.isNull()) {
            return Optional.empty();
        }
        if (value instanceof ObjectNode object) {
            return Optional.of(object);
        }
        throw wrong(name, "is " + A2aJson.kind(value), "an object");
    }

    public ObjectNode requiredObject(String name) {
        return object(name).orElseThrow(() -> wrong(name, "is missing", "an object"));
    }

    /** The array's elements; empty when absent. */
    public List<JsonNode> array(String name, int most) {
        JsonNode value = node.get(name);
        if (value == null || value.isNull()) {
            return List.of();
        }
        if (!(value instanceof ArrayNode array)) {
            throw wrong(name, "is " + A2aJson.kind(value), "an array");
        }
        if (array.size() > most) {
            throw wrong(name, "has " + array.size() + " elements", "at most " + most);
        }
        List<JsonNode> elements = new ArrayList<>(array.size());
        array.forEach(elements::add);
        return elements;
    }

    public List<ObjectNode> objects(String name, int most) {
        List<ObjectNode> objects = new ArrayList<>();
        for (JsonNode element : array(name, most)) {
            if (!(element instanceof ObjectNode object)) {
                throw wrong(name, "holds " + A2aJson.kind(element), "objects only");
            }
            objects.add(object);
        }
        return objects;
    }

    public List<String> texts(String name, int most, int longest) {
        List<String> texts = new ArrayList<>();
        for (JsonNode element : array(name, most)) {
            if (!element.isTextual() || element.textValue().length() > longest) {
                throw wrong(name, "holds " + A2aJson.kind(element), "strings of at most " + longest + " characters");
            }
            texts.add(element.textValue());
        }
        return texts;
    }

    public boolean flag(String name) {
        JsonNode value = node.get(name);
        if (value == null || value.isNull()) {
            return false;
        }
        if (!value.isBoolean()) {
            throw wrong(name, "is " + A2aJson.kind(value), "true or false");
        }
        return value.booleanValue();
    }

    /** A whole number in a range; ProtoJSON allows it as a string, too. */
    public Optional<Long> whole(String name, long least, long most) {
        JsonNode value = node.get(name);
        if (value == null || value.isNull()) {
            return Optional.empty();
        }
        Optional<Long> number = asLong(value);
        if (number.isEmpty() || number.get() < least || number.get() > most) {
            throw wrong(
                    name,
                    "is " + (value.isValueNode() ? Printable.of(value.asText()) : A2aJson.kind(value)),
                    "a whole number from " + least + " to " + most);
        }
        return number;
    }

    public Optional<Double> decimal(String name, double least, double most) {
        JsonNode value = node.get(name);
        if (value == null || value.isNull()) {
            return Optional.empty();
        }
        double number = value.isNumber() ? value.doubleValue() : Double.NaN;
        if (!(number >= least && number <= most)) {
            throw wrong(name, "is " + Printable.of(value.asText()), "a number from " + least + " to " + most);
        }
        return Optional.of(number);
    }

    public RefusedException wrong(String name, String found, String expected) {
        String where = path.isEmpty() ? name : path + "." + name;
        return new RefusedException(refusal, where + ": " + found + " (expected " + expected + ")");
    }

    private static Optional<Long> asLong(JsonNode value) {
        if (value.isIntegralNumber() && value.canConvertToLong()) {
            return Optional.of(value.longValue());
        }
        if (value.isTextual() && value.textValue().matches("-?[0-9]{1,18}")) {
            return Optional.of(Long.parseLong(value.textValue()));
        }
        return Optional.empty();
    }
}
