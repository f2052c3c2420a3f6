package org.dmsc.node.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.StreamSupport;

/** What became of a task over all hops: its root task, and every task that descends from that. */
final class AuditStory {

    static final List<String> HEAD = List.of("AFTER", "TASK", "TENANT", "INDEX", "KIND", "ACTOR", "WHAT");

    private static final int SHORT = 8;
    private static final int MOST_UNENDED = 50;

    private AuditStory() {}

    /** The records of the whole story, in the order of time; they are asked for by the task, then by the root that they name. */
    static ObjectNode of(FabricClient client, String task, String tenant) {
        Map<String, JsonNode> found = new TreeMap<>();
        read(client, task, tenant, found);
        List<String> roots = found.values().stream()
                .map(record -> record.path("event").path("rootTaskId").asText(""))
                .filter(root -> !root.isEmpty() && !root.equals("null") && !root.equals(task))
                .distinct()
                .toList();
        roots.forEach(root -> read(client, root, tenant, found));
        unended(found.values()).stream()
                .filter(one -> !one.equals(task) && !roots.contains(one))
                .limit(MOST_UNENDED)
                .toList()
                .forEach(one -> read(client, one, tenant, found));
        ObjectNode answer = FabricClient.JSON.createObjectNode();
        List<JsonNode> story = new ArrayList<>(found.values());
        story.sort(Comparator.comparingLong((JsonNode record) -> time(record))
                .thenComparingLong(record -> record.path("index").asLong()));
        story.forEach(answer.putArray("records")::add);
        return answer;
    }

    /** Tasks whose end was not found: they still run, or their later records are of a fabric that did not write the root into them. */
    private static Set<String> unended(Collection<JsonNode> records) {
        Set<String> tasks = new TreeSet<>();
        Set<String> ended = new TreeSet<>();
        records.forEach(record -> {
            JsonNode event = record.path("event");
            (event.path("kind").asText().equals("OUTCOME") ? ended : tasks)
                    .add(event.path("taskId").asText());
        });
        tasks.removeAll(ended);
        return tasks;
    }

    private static void read(FabricClient client, String task, String tenant, Map<String, JsonNode> found) {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("task", task);
        if (!tenant.isEmpty()) {
            query.put("tenant", tenant);
        }
        client.get("/v1/audit", query)
                .path("records")
                .forEach(record -> found.put(
                        record.path("event").path("tenant").asText() + "/"
                                + record.path("index").asText(),
                        record));
    }

    private static long time(JsonNode record) {
        return record.path("event").path("time").asLong();
    }

    static List<List<String>> rows(JsonNode records) {
        long begin = records.isEmpty() ? 0 : time(records.get(0));
        return StreamSupport.stream(records.spliterator(), false)
                .map(record -> row(record, begin))
                .toList();
    }

    private static List<String> row(JsonNode record, long begin) {
        JsonNode event = record.path("event");
        String task = event.path("taskId").asText("");
        List<String> usual = AuditRows.row(record);
        return List.of(
                String.format(Locale.ROOT, "%+d ms", time(record) - begin),
                task.substring(0, Math.min(SHORT, task.length())),
                event.path("tenant").asText(),
                record.path("index").asText(),
                event.path("kind").asText(),
                event.path("actor").asText(),
                usual.get(usual.size() - 1));
    }
}
