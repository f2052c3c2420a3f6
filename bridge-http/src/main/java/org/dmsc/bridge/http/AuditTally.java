package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Map;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.AuditRecord;

/**
 * Counts audit records. A record that stands for many refusals of one kind counts as that many. Used by one thread at a time.
 */
final class AuditTally {

    /** Of names that callers choose, the most frequent; the rest is counted together, so that nobody fills the memory. */
    private static final int MOST_NAMES = 10_000;

    private static final int SHOWN = 20;
    private static final String COUNT = "count";
    private static final String OTHERS = "(others)";

    private final Map<String, Long> tenants = new HashMap<>();
    private final Map<String, Long> kinds = new HashMap<>();
    private final Map<String, Long> refusals = new HashMap<>();
    private final Map<String, Long> skills = new HashMap<>();
    private final Map<String, Long> agents = new HashMap<>();
    private final Map<String, Long> states = new HashMap<>();
    private long records;
    private long first = Long.MAX_VALUE;
    private long newest;

    void add(AuditRecord record) {
        AuditEvent event = record.getEvent();
        records++;
        first = Math.min(first, record.getSequencedAt());
        newest = Math.max(newest, record.getSequencedAt());
        count(tenants, event.getTenant(), 1);
        count(kinds, event.getKind().name(), 1);
        count(agents, event.getActor(), 1);
        if (event.getRefusal() != null) {
            count(refusals, event.getRefusal(), many(event));
        }
        if (event.getSkill() != null && event.getKind() == AuditKind.DECISION) {
            count(skills, event.getSkill(), 1);
        }
        if (event.getState() != null && event.getKind() == AuditKind.OUTCOME) {
            count(states, event.getState(), 1);
        }
    }

    private static long many(AuditEvent event) {
        String count = event.getDetails().get(COUNT);
        return count != null && count.matches("[0-9]{1,12}") ? Long.parseLong(count) : 1;
    }

    private static void count(Map<String, Long> counts, String name, long many) {
        counts.merge(counts.size() < MOST_NAMES || counts.containsKey(name) ? name : OTHERS, many, Long::sum);
    }

    ObjectNode json() {
        ObjectNode body = A2aJson.object().put("records", records);
        if (records > 0) {
            body.put("first", first).put("newest", newest);
        }
        put(body, "tenants", tenants);
        put(body, "kinds", kinds);
        put(body, "refusals", refusals);
        put(body, "states", states);
        put(body, "skills", skills);
        put(body, "actors", agents);
        return body;
    }

    private static void put(ObjectNode body, String name, Map<String, Long> counts) {
        ArrayNode list = body.putArray(name);
        counts.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .limit(SHOWN)
                .forEach(entry -> list.addObject().put("name", entry.getKey()).put(COUNT, entry.getValue()));
    }
}
