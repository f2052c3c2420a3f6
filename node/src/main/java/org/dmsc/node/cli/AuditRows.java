package org.dmsc.node.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Audit records as rows of a table. */
final class AuditRows {

    static final List<String> HEAD = List.of("TENANT", "INDEX", "TIME", "KIND", "ACTOR", "WHAT");

    private AuditRows() {}

    static List<List<String>> of(Iterable<JsonNode> records) {
        List<List<String>> rows = new ArrayList<>();
        records.forEach(record -> rows.add(row(record)));
        return rows;
    }

    static List<String> row(JsonNode record) {
        JsonNode event = record.path("event");
        return List.of(
                event.path("tenant").asText(),
                record.path("index").asText(),
                Instant.ofEpochMilli(event.path("time").asLong()).toString(),
                event.path("kind").asText(),
                event.path("actor").asText(),
                what(event));
    }

    private static String what(JsonNode event) {
        List<String> parts = new ArrayList<>();
        for (String field : List.of("refusal", "state", "object", "skill", "taskId")) {
            String value = event.path(field).asText("");
            if (!value.isEmpty() && !value.equals("null")) {
                parts.add(value);
            }
        }
        String count = event.path("details").path("count").asText("");
        if (!count.isEmpty()) {
            parts.add(count + " times");
        }
        String reasons = StreamSupport.stream(event.path("reasons").spliterator(), false)
                .map(JsonNode::asText)
                .collect(Collectors.joining("; "));
        if (!reasons.isEmpty()) {
            parts.add(reasons);
        }
        return String.join(" \u00b7 ", parts);
    }
}
