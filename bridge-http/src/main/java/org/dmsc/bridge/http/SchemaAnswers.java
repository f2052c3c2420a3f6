package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Predicate;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.registry.CompatibilityLevel;
import org.dmsc.schemas.registry.SubjectRegistry;
import org.dmsc.schemas.registry.SubjectVersion;

/** The registry's answers in Confluent's words (facts: schema-registry 3.2), for one caller. Faults are {@link SchemaFault}s. */
final class SchemaAnswers {

    private final SubjectRegistry registry;
    private final Predicate<String> visible;

    SchemaAnswers(SubjectRegistry registry, Predicate<String> visible) {
        this.registry = registry;
        this.visible = visible;
    }

    ArrayNode subjects() {
        ArrayNode names = A2aJson.array();
        registry.subjects().stream().filter(visible).forEach(names::add);
        return names;
    }

    ArrayNode versions(String subject) {
        ArrayNode numbers = A2aJson.array();
        known(subject).forEach(version -> numbers.add(version.version()));
        return numbers;
    }

    ObjectNode version(String subject, String version) {
        return whole(one(subject, version));
    }

    JsonNode schema(String subject, String version) {
        return text(one(subject, version).schema());
    }

    ObjectNode byId(String id) {
        return A2aJson.object().put("schema", textOf(id));
    }

    JsonNode schemaById(String id) {
        return text(textOf(id));
    }

    ArrayNode versionsOfId(String id) {
        String unused = textOf(id);
        ArrayNode list = A2aJson.array();
        registry.ofId(Integer.parseInt(id)).stream()
                .filter(version -> visible.test(version.subject()))
                .forEach(version ->
                        list.addObject().put("subject", version.subject()).put("version", version.version()));
        return list;
    }

    ObjectNode lookup(String subject, byte[] body) {
        String text = schema(body);
        return known(subject).stream()
                .filter(version -> version.schema().equals(text))
                .findFirst()
                .map(SchemaAnswers::whole)
                .orElseThrow(() -> new SchemaFault(SchemaFault.NO_SCHEMA, "Schema not found"));
    }

    ObjectNode register(String subject, byte[] body) {
        String schema = schema(body);
        try {
            return A2aJson.object().put("id", registry.register(subject, schema).id());
        } catch (RefusedException e) {
            if (e.refusal() == Refusal.INVALID_CONFIGURATION) {
                throw new SchemaFault(
                        SchemaFault.INCOMPATIBLE,
                        "Schema being registered is incompatible with an earlier schema for subject \""
                                + Printable.of(subject) + "\": " + e.sentence());
            }
            throw e;
        }
    }

    /** @param version a number, {@code latest}, or {@code ""} for all */
    ObjectNode compatible(String subject, String version, byte[] body, boolean verbose) {
        String schema = schema(body);
        List<SubjectVersion> against = version.isEmpty() ? known(subject) : List.of(one(subject, version));
        List<String> faults = registry.faults(subject, schema, against);
        ObjectNode answer = A2aJson.object().put("is_compatible", faults.isEmpty());
        if (verbose) {
            ArrayNode messages = answer.putArray("messages");
            faults.forEach(messages::add);
        }
        return answer;
    }

    ObjectNode level() {
        return A2aJson.object()
                .put(
                        "compatibilityLevel",
                        registry.level("").orElse(SubjectRegistry.USUAL).name());
    }

    ObjectNode level(String subject, boolean orGlobal) {
        if (!visible.test(subject)) {
            throw noLevel(subject);
        }
        CompatibilityLevel level =
                orGlobal ? registry.levelFor(subject) : registry.level(subject).orElseThrow(() -> noLevel(subject));
        return A2aJson.object().put("compatibilityLevel", level.name());
    }

    private static SchemaFault noLevel(String subject) {
        return new SchemaFault(
                SchemaFault.NO_LEVEL,
                "Subject '" + Printable.of(subject) + "' does not have subject-level compatibility configured");
    }

    /** @param subject {@code ""}: all that have none of their own */
    ObjectNode setLevel(String subject, byte[] body) {
        String wished = A2aJson.parse(body).path("compatibility").asText();
        CompatibilityLevel level = CompatibilityLevel.named(wished)
                .orElseThrow(() -> new SchemaFault(
                        SchemaFault.BAD_LEVEL,
                        "Invalid compatibility level '" + Printable.of(wished) + "' (expected one of "
                                + List.of(CompatibilityLevel.values()) + ")"));
        registry.level(subject, level);
        return A2aJson.object().put("compatibility", level.name());
    }

    private List<SubjectVersion> known(String subject) {
        List<SubjectVersion> versions = visible.test(subject) ? registry.versions(subject) : List.of();
        if (versions.isEmpty()) {
            throw new SchemaFault(SchemaFault.NO_SUBJECT, "Subject '" + Printable.of(subject) + "' not found.");
        }
        return versions;
    }

    private SubjectVersion one(String subject, String version) {
        List<SubjectVersion> all = known(subject);
        if (version.equals("latest") || version.equals("-1")) {
            return all.get(all.size() - 1);
        }
        if (!version.matches("[1-9][0-9]{0,8}")) {
            throw new SchemaFault(
                    SchemaFault.BAD_VERSION,
                    "The specified version '" + Printable.of(version)
                            + "' is not a valid version id. Allowed values are between [1, 2^31-1] and the string \"latest\"");
        }
        int number = Integer.parseInt(version);
        return all.stream()
                .filter(one -> one.version() == number)
                .findFirst()
                .orElseThrow(() -> new SchemaFault(SchemaFault.NO_VERSION, "Version " + number + " not found."));
    }

    private String textOf(String id) {
        int number = id.matches("[1-9][0-9]{0,8}") ? Integer.parseInt(id) : 0;
        return registry.text(number)
                .orElseThrow(() -> new SchemaFault(SchemaFault.NO_SCHEMA, "Schema " + Printable.of(id) + " not found"));
    }

    private static String schema(byte[] body) {
        ObjectNode asked = A2aJson.parse(body);
        String type = asked.path("schemaType").asText("AVRO");
        if (!type.equals("AVRO") || !asked.path("references").isEmpty()) {
            throw new SchemaFault(
                    SchemaFault.BAD_SCHEMA,
                    "schema of type " + Printable.of(type)
                            + (asked.path("references").isEmpty() ? "" : " with references")
                            + " (expected AVRO without references)");
        }
        try {
            return SubjectRegistry.canonical(asked.path("schema").asText());
        } catch (RefusedException e) {
            throw new SchemaFault(SchemaFault.BAD_SCHEMA, "Invalid schema: " + Printable.of(e.sentence()));
        }
    }

    private static ObjectNode whole(SubjectVersion version) {
        return A2aJson.object()
                .put("subject", version.subject())
                .put("id", version.id())
                .put("version", version.version())
                .put("schema", version.schema());
    }

    private static JsonNode text(String schema) {
        return A2aJson.parse(schema.getBytes(StandardCharsets.UTF_8));
    }
}
