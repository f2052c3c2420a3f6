package org.dmsc.registry.health;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dmsc.schemas.avro.AgentReport;

/**
 * What each agent works on, attempt by attempt. Apart from the agents' own records, because an agent with thousands of tasks would have all of
 * them written again with each report. Belongs to one thread.
 */
public final class OpenAttempts {

    /** An attempt whose outcome was never reported does not take a place for ever. */
    private static final long FORGOTTEN_AFTER_MS = Duration.ofDays(1).toMillis();

    private final Map<String, Map<String, Long>> open = new HashMap<>();

    /** What a report did to an agent's attempts, which are named by {@code <task id>.<attempt>}. */
    public record Change(List<String> opened, List<String> closed) {
        static final Change NONE = new Change(List.of(), List.of());

        public Change {
            opened = List.copyOf(opened);
            closed = List.copyOf(closed);
        }
    }

    /** Takes in a report of an agent that is known, {@code <tenant>/<agent>}. */
    public Change take(String agent, AgentReport report, long now) {
        switch (report.getKind()) {
            case ASSIGNED:
                return assigned(agent, report, now);
            case OUTCOME:
                String ended = attempt(report);
                return remove(agent, ended) ? new Change(List.of(), List.of(ended)) : Change.NONE;
            case UNREGISTERED:
                Map<String, Long> left = open.remove(agent);
                return left == null ? Change.NONE : new Change(List.of(), List.copyOf(left.keySet()));
            default:
                return Change.NONE;
        }
    }

    /** One that was kept over a restart. */
    public void restore(String agent, String attempt, long since) {
        open.computeIfAbsent(agent, one -> new LinkedHashMap<>()).put(attempt, since);
    }

    /** Whether one is open. */
    public boolean has(String agent, String attempt) {
        return open.getOrDefault(agent, Map.of()).containsKey(attempt);
    }

    /** How many an agent has. */
    public int of(String agent) {
        return open.getOrDefault(agent, Map.of()).size();
    }

    /** All are forgotten. */
    public void clear() {
        open.clear();
    }

    private Change assigned(String agent, AgentReport report, long now) {
        Map<String, Long> own = open.computeIfAbsent(agent, one -> new LinkedHashMap<>());
        List<String> old = new ArrayList<>();
        Iterator<Map.Entry<String, Long>> eldest = own.entrySet().iterator();
        while (eldest.hasNext()) {
            Map.Entry<String, Long> entry = eldest.next();
            if (entry.getValue() >= now - FORGOTTEN_AFTER_MS) {
                break;
            }
            old.add(entry.getKey());
            eldest.remove();
        }
        String attempt = attempt(report);
        own.put(attempt, now);
        return new Change(List.of(attempt), old);
    }

    private boolean remove(String agent, String attempt) {
        Map<String, Long> own = open.get(agent);
        if (own == null || own.remove(attempt) == null) {
            return false;
        }
        if (own.isEmpty()) {
            open.remove(agent);
        }
        return true;
    }

    private static String attempt(AgentReport report) {
        return report.getTaskId() + "." + report.getAttempt();
    }
}
