package org.dmsc.bridge.core.a2a;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * JSON with bounds: hostile nesting, names and numbers are refused before they cost anything, a key given twice is refused because two
 * readers could take different ones, and numbers keep their digits.
 */
public final class A2aJson {

    /** Contract: JSON depth 100k must cost nothing. Real messages stay below ten. */
    private static final int DEEPEST = 64;

    private static final int LONGEST_NUMBER = 512;
    private static final int LONGEST_NAME = 1024;

    /** Above any body limit in use: the edges bound the body first. */
    private static final int LONGEST_STRING = 64 * 1024 * 1024;

    private static final ObjectMapper MAPPER = mapper();

    private A2aJson() {}

    /**
     * Reads one JSON object and nothing after it.
     *
     * @throws RefusedException MALFORMED_JSON
     */
    public static ObjectNode parse(byte[] json) {
        JsonNode node = parseAny(json);
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw malformed("found " + kind(node) + " (expected one JSON object)");
    }

    /** Reads one JSON value of any kind; refuses as {@link #parse} does. */
    public static JsonNode parseAny(byte[] json) {
        try {
            JsonNode node = MAPPER.readTree(json);
            if (node == null || node.isMissingNode()) {
                throw malformed("the body is empty (expected one JSON object)");
            }
            return node;
        } catch (JsonProcessingException e) {
            // Jackson's original message quotes what it met, not the whole source.
            throw malformed(Printable.of(e.getOriginalMessage()) + where(e) + " (expected one JSON object)");
        } catch (IOException e) {
            throw malformed("not readable as UTF-8 JSON (expected one JSON object)");
        } catch (NumberFormatException e) {
            // Jackson lets it through for exponents beyond what a BigDecimal can hold.
            throw malformed("holds a number out of all bounds (expected one JSON object)");
        }
    }

    /** The bytes of a JSON value. */
    public static byte[] bytes(JsonNode node) {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A new, empty object. */
    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** A new, empty array. */
    public static ArrayNode array() {
        return MAPPER.createArrayNode();
    }

    /** The kind of a JSON value in words, for messages. */
    static String kind(JsonNode node) {
        switch (node.getNodeType()) {
            case OBJECT:
            case POJO:
                return "an object";
            case ARRAY:
                return "an array";
            case STRING:
            case BINARY:
                return "a string";
            case NUMBER:
                return "a number";
            case BOOLEAN:
                return "a boolean";
            case NULL:
                return "null";
            case MISSING:
                return "nothing";
        }
        throw new IllegalStateException("unknown kind of JSON: " + node.getNodeType());
    }

    private static String where(JsonProcessingException e) {
        return e.getLocation() == null
                ? ""
                : " at line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr();
    }

    private static RefusedException malformed(String sentence) {
        return new RefusedException(Refusal.MALFORMED_JSON, "body: " + sentence);
    }

    private static ObjectMapper mapper() {
        JsonFactory factory = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(DEEPEST)
                        .maxNumberLength(LONGEST_NUMBER)
                        .maxNameLength(LONGEST_NAME)
                        .maxStringLength(LONGEST_STRING)
                        .build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        return new ObjectMapper(factory)
                .setNodeFactory(JsonNodeFactory.instance)
                .configure(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES, false)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    }
}
