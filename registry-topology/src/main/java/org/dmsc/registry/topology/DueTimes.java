package org.dmsc.registry.topology;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Agents by the time at which to look at them again. In memory: it follows from the agents' states and is made anew from them when a lane
 * arrives, which spares a changelog record for each change of a time.
 */
final class DueTimes {

    private final TreeMap<Long, Set<String>> byTime = new TreeMap<>();
    private final Map<String, Long> times = new HashMap<>();

    /** Sets the one time of an agent; {@code Long.MAX_VALUE} for never. */
    void set(String agent, long time) {
        remove(agent);
        if (time < Long.MAX_VALUE) {
            times.put(agent, time);
            byTime.computeIfAbsent(time, key -> new TreeSet<>()).add(agent);
        }
    }

    void remove(String agent) {
        Long time = times.remove(agent);
        if (time != null) {
            byTime.computeIfPresent(time, (key, agents) -> agents.remove(agent) && agents.isEmpty() ? null : agents);
        }
    }

    void clear() {
        byTime.clear();
        times.clear();
    }

    /** When somebody wants to be looked at next; {@code Long.MAX_VALUE} for never. */
    long earliest() {
        return byTime.isEmpty() ? Long.MAX_VALUE : byTime.firstKey();
    }

    /** Removes and gives what is due, earliest first. */
    List<String> take(long now, int most) {
        List<String> due = new ArrayList<>();
        while (due.size() < most && !byTime.isEmpty() && byTime.firstKey() <= now) {
            String agent = byTime.firstEntry().getValue().iterator().next();
            remove(agent);
            due.add(agent);
        }
        return due;
    }
}
