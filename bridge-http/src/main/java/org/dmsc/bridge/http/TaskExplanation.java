package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.schemas.avro.AuditCandidate;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.AuditRecord;
import org.jspecify.annotations.Nullable;

/**
 * Why a task went where it went, put together from its audit records and nothing else: whoever verifies the log verifies the explanation.
 *
 * <pre>
 *   accepted    when, by whom, over what
 *   decisions   each with its candidates (score, load seen, verdict), the reasons, the margin, and how much of the registry was known
 *   attempts    who had it, from when to when, how it ended
 *   outcome     the end; absent while it runs
 *   records     all of it as it stands in the log
 * </pre>
 */
final class TaskExplanation {

    private TaskExplanation() {}

    /** @param records of one task, in the order of the log */
    static ObjectNode of(String task, List<AuditRecord> records, ArrayNode json) {
        ObjectNode body = A2aJson.object();
        body.put("taskId", task);
        ArrayNode decisions = A2aJson.array();
        ArrayNode attempts = A2aJson.array();
        Set<String> seen = new HashSet<>();
        for (AuditRecord record : records) {
            AuditEvent event = record.getEvent();
            if (!seen.add(event.getTenant() + " " + event.getEventId())) {
                continue;
            }
            if (event.getKind() == AuditKind.TASK_ACCEPTED) {
                body.put("tenant", event.getTenant());
                body.set("accepted", accepted(event));
            } else if (event.getKind() == AuditKind.DECISION) {
                decisions.add(decision(event, record.getIndex()));
                if (event.getRefusal() == null) {
                    attempts.add(attempt(event));
                }
            } else if (event.getKind() == AuditKind.ATTEMPT_CLOSED) {
                close(attempts, event.getAttempt(), event);
            } else if (event.getKind() == AuditKind.OUTCOME) {
                body.set("outcome", outcome(event));
                close(attempts, event.getAttempt(), event);
            }
        }
        body.set("decisions", decisions);
        body.set("attempts", attempts);
        body.set("records", json);
        return body;
    }

    private static ObjectNode accepted(AuditEvent event) {
        ObjectNode node = at(event);
        node.put("caller", event.getActor());
        text(node, "named", event.getObject());
        text(node, "skill", event.getSkill());
        text(node, "rootTaskId", event.getRootTaskId());
        event.getDetails().forEach(node::put);
        return node;
    }

    private static ObjectNode decision(AuditEvent event, long index) {
        ObjectNode node = at(event);
        node.put("auditIndex", index);
        boolean assigned = event.getRefusal() == null;
        String what =
                event.getReasons().isEmpty() ? "refused" : event.getReasons().get(0);
        node.put("decision", assigned ? "assigned" : what);
        node.put("attempt", event.getAttempt());
        text(node, "agent", event.getObject());
        text(node, "skill", event.getSkill());
        text(node, "refusal", event.getRefusal());
        ArrayNode reasons = node.putArray("reasons");
        event.getReasons().stream().skip(assigned ? 0 : 1).forEach(reasons::add);
        node.put("registryOffset", event.getRegistryOffset());
        event.getCandidates().stream()
                .mapToLong(AuditCandidate::getAgeMs)
                .filter(age -> age >= 0)
                .min()
                .ifPresent(age -> node.put("registryAgeMs", age));
        event.getDetails().forEach(node::put);
        ArrayNode candidates = node.putArray("candidates");
        event.getCandidates().forEach(candidate -> candidates.add(candidate(candidate)));
        return node;
    }

    private static ObjectNode candidate(AuditCandidate candidate) {
        ObjectNode node = A2aJson.object();
        node.put("agent", candidate.getTenant() + "/" + candidate.getAgent());
        node.put("skill", candidate.getSkill());
        node.put("verdict", candidate.getVerdict());
        node.put("score", candidate.getScore());
        node.put("load", candidate.getLoad());
        if (candidate.getCapacity() >= 0) {
            node.put("inFlight", candidate.getInFlight());
            node.put("capacity", candidate.getCapacity());
            node.put("queueDepth", candidate.getQueueDepth());
            node.put("cpu", candidate.getCpu());
            node.put("latencyMs", candidate.getLatencyMs());
            node.put("errorRate", candidate.getErrorRate());
            node.put("health", candidate.getHealth());
            node.put("ageMs", candidate.getAgeMs());
        }
        return node;
    }

    private static ObjectNode attempt(AuditEvent decided) {
        ObjectNode node = A2aJson.object();
        node.put("attempt", decided.getAttempt());
        text(node, "agent", decided.getObject());
        text(node, "skill", decided.getSkill());
        node.put("openedAt", time(decided.getTime()));
        return node;
    }

    /** An attempt that its task's end closed has no record of its own. */
    private static void close(ArrayNode attempts, int attempt, AuditEvent event) {
        for (JsonNode known : attempts) {
            if (known instanceof ObjectNode open && open.path("attempt").asInt() == attempt && !open.has("closedAt")) {
                open.put("closedAt", time(event.getTime()));
                text(open, "outcome", event.getState());
                text(open, "refusal", event.getRefusal());
                if (!event.getReasons().isEmpty()) {
                    open.put("why", event.getReasons().get(0));
                }
            }
        }
    }

    private static ObjectNode outcome(AuditEvent event) {
        ObjectNode node = at(event);
        text(node, "state", event.getState());
        text(node, "refusal", event.getRefusal());
        event.getDetails().forEach(node::put);
        return node;
    }

    private static ObjectNode at(AuditEvent event) {
        return A2aJson.object().put("at", time(event.getTime()));
    }

    private static void text(ObjectNode node, String name, @Nullable String value) {
        if (value != null) {
            node.put(name, value);
        }
    }

    private static String time(long millis) {
        return Instant.ofEpochMilli(millis).toString();
    }
}
