package org.dmsc.node.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Audit records of one task, read by their public names. */
record Trail(List<JsonNode> records) {

    List<String> kinds() {
        return records.stream().map(record -> Json.text(record, "event.kind")).toList();
    }

    /** It is complete once the outcome is in. */
    static boolean ended(List<JsonNode> records) {
        return new Trail(records).kinds().contains("OUTCOME");
    }

    List<JsonNode> ofKind(String kind) {
        return records.stream()
                .map(record -> record.path("event"))
                .filter(event -> Json.text(event, "kind").equals(kind))
                .toList();
    }

    List<Long> indexes() {
        return records.stream().map(record -> record.path("index").asLong(-1)).toList();
    }

    /** What one decision knew of one candidate. */
    static Optional<JsonNode> candidate(JsonNode decision, String agent) {
        return Json.elements(decision.path("candidates"))
                .filter(candidate -> Json.text(candidate, "agent").equals(agent))
                .findFirst();
    }

    /** {@code tech-1: load 0.25, not chosen}. */
    static List<String> candidates(JsonNode decision) {
        return Json.elements(decision.path("candidates"))
                .map(candidate -> String.format(
                        Locale.ROOT,
                        "%s (score %.2f, load %.2f): %s",
                        Json.text(candidate, "agent"),
                        candidate.path("score").asDouble(),
                        candidate.path("load").asDouble(),
                        Json.text(candidate, "verdict")))
                .toList();
    }

    /** One line for each record. */
    List<String> lines() {
        return records.stream().map(Trail::line).toList();
    }

    private static String line(JsonNode record) {
        JsonNode event = record.path("event");
        List<String> words = new ArrayList<>();
        for (String field : List.of("object", "skill", "state", "refusal")) {
            String value = event.path(field).isNull() ? "" : Json.text(event, field);
            if (!value.isEmpty()) {
                words.add(value);
            }
        }
        words.add(Json.elements(event.path("reasons")).map(JsonNode::asText).collect(Collectors.joining("; ")));
        return String.format(
                Locale.ROOT,
                "#%-3d %-14s attempt %d  %s",
                record.path("index").asLong(),
                Json.text(event, "kind"),
                event.path("attempt").asInt(),
                String.join(" ", words).strip());
    }
}
