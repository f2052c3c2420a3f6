package org.dmsc.schemas.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;
import org.apache.avro.Schema;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/** Schemas as the JSON that registries keep. */
final class SchemaTexts {

    static final ObjectMapper JSON = new ObjectMapper();

    private SchemaTexts() {}

    static Schema parse(int id, String text) {
        try {
            return new Schema.Parser().parse(text);
        } catch (RuntimeException e) {
            // Not only SchemaParseException: Avro 1.12.1 throws NullPointerException for an unknown type.
            throw new RefusedException(
                    Refusal.UNREADABLE, "schema " + id + " of the registry is not an Avro schema: " + e.getMessage());
        }
    }

    /** {@code {"subject":…,"schema":…}}, the value of a record on {@code dmsc.sys.schemas}. */
    static String entry(String subject, String schema) {
        return JSON.createObjectNode()
                .put("subject", subject)
                .put("schema", schema)
                .toString();
    }

    /** {@code {"subject":…,"compatibility":…}}, which makes no schema. */
    static String levelEntry(String subject, String level) {
        return JSON.createObjectNode()
                .put("subject", subject)
                .put("compatibility", level)
                .toString();
    }

    /** What such a value says. */
    record Entry(String subject, Optional<String> schema, Optional<String> level) {}

    /** The entry in such a value; empty for what somebody else put there. */
    static Optional<Entry> read(String value) {
        try {
            JsonNode json = JSON.readTree(value);
            Optional<String> schema = text(json, "schema");
            Optional<String> level = text(json, "compatibility");
            return schema.isPresent() || level.isPresent()
                    ? Optional.of(new Entry(json.path("subject").asText(), schema, level))
                    : Optional.empty();
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> text(JsonNode json, String name) {
        return json.path(name).isTextual() ? Optional.of(json.path(name).asText()) : Optional.empty();
    }
}
