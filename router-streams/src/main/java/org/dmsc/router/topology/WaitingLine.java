package org.dmsc.router.topology;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dmsc.router.task.TaskKey;
import org.dmsc.schemas.TenantId;

/**
 * Tasks of one lane that wait for an agent to fall free or come up. Tenants take turns, so that none waits behind another's crowd; within a
 * tenant the higher class comes first, except that each fourth look begins at the lowest; within a class first come, first served. In memory
 * only: after a restart their due time brings them back into it.
 */
final class WaitingLine {

    private static final int LOWEST = -1;
    private static final int CLASSES = 3;
    private static final int FROM_BELOW_EACH = 4;

    private final Map<TenantId, Line> lines = new LinkedHashMap<>();
    private long seen;

    /** Adds a task, or leaves it where it is. */
    void add(TaskKey key, int priority) {
        lines.computeIfAbsent(key.tenant(), tenant -> new Line()).add(key, priority);
    }

    void remove(TaskKey key) {
        lines.computeIfPresent(key.tenant(), (tenant, line) -> line.remove(key) ? null : line);
    }

    boolean isEmpty() {
        return lines.isEmpty();
    }

    /** How many tasks of a tenant wait. */
    int of(TenantId tenant) {
        return Optional.ofNullable(lines.get(tenant)).map(Line::size).orElse(0);
    }

    /** When something changed, everybody gets one look, so many at a time; who was looked at goes to the end. */
    List<TaskKey> next(long freed, int most) {
        if (freed != seen) {
            seen = freed;
            lines.values().forEach(Line::beginRound);
        }
        List<TaskKey> first = new ArrayList<>();
        boolean any = true;
        while (any && first.size() < most) {
            any = false;
            for (TenantId tenant : List.copyOf(lines.keySet())) {
                Line line = lines.get(tenant);
                if (line == null || first.size() == most) {
                    break;
                }
                Optional<TaskKey> next = line.next();
                if (next.isPresent()) {
                    any = true;
                    first.add(next.get());
                    lines.remove(tenant);
                    lines.put(tenant, line);
                }
            }
        }
        return first;
    }

    /** One tenant's. */
    private static final class Line {
        private final List<Set<TaskKey>> classes = new ArrayList<>();
        private final Map<TaskKey, Integer> places = new HashMap<>();
        private final int[] left = new int[CLASSES];
        private int looks;

        private Line() {
            for (int i = 0; i < CLASSES; i++) {
                classes.add(new LinkedHashSet<>());
            }
        }

        private void add(TaskKey key, int priority) {
            int place = Math.max(0, Math.min(CLASSES - 1, priority - LOWEST));
            if (places.putIfAbsent(key, place) == null) {
                classes.get(place).add(key);
            }
        }

        /** True when nothing is left. */
        private boolean remove(TaskKey key) {
            Integer place = places.remove(key);
            if (place != null) {
                classes.get(place).remove(key);
            }
            return places.isEmpty();
        }

        private int size() {
            return places.size();
        }

        private void beginRound() {
            for (int i = 0; i < CLASSES; i++) {
                left[i] = classes.get(i).size();
            }
        }

        private Optional<TaskKey> next() {
            boolean fromBelow = looks % FROM_BELOW_EACH == FROM_BELOW_EACH - 1;
            for (int i = 0; i < CLASSES; i++) {
                int place = fromBelow ? i : CLASSES - 1 - i;
                Iterator<TaskKey> all = classes.get(place).iterator();
                if (left[place] > 0 && all.hasNext()) {
                    TaskKey key = all.next();
                    all.remove();
                    classes.get(place).add(key);
                    left[place]--;
                    looks++;
                    return Optional.of(key);
                }
            }
            return Optional.empty();
        }
    }
}
