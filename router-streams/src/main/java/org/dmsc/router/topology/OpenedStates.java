package org.dmsc.router.topology;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.dmsc.router.task.TaskKey;
import org.dmsc.schemas.avro.TaskState;

/**
 * States of tasks that are under way, as they were stored last: most events of a task come within a second of each other, and opening its
 * state each time cost a quarter of the router. Of one lane and its thread, which is the only writer; a state is dropped when its task ends,
 * when others are used more, and after half a minute, so that nothing of a tenant whose keys are destroyed stays here longer.
 */
final class OpenedStates {

    private static final int MOST = 500;
    private static final long KEPT_MS = 30_000;

    private final LongSupplier clock;
    private final Map<TaskKey, Opened> entries = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<TaskKey, Opened> eldest) {
            return size() > MOST;
        }
    };

    private record Opened(TaskState state, long since) {}

    OpenedStates(LongSupplier clock) {
        this.clock = clock;
    }

    Optional<TaskState> find(TaskKey key) {
        Opened entry = entries.get(key);
        if (entry == null) {
            return Optional.empty();
        }
        long age = clock.getAsLong() - entry.since();
        if (age < 0 || age > KEPT_MS) {
            entries.remove(key);
            return Optional.empty();
        }
        return Optional.of(entry.state());
    }

    void put(TaskKey key, TaskState state) {
        if (state.getEnded()) {
            entries.remove(key);
        } else {
            entries.put(key, new Opened(state, clock.getAsLong()));
        }
    }

    void remove(TaskKey key) {
        entries.remove(key);
    }
}
