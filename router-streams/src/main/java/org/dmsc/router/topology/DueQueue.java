package org.dmsc.router.topology;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.dmsc.router.task.TaskKey;

/**
 * Tasks by the time at which they want to be looked at. The keys are ordered by time, so that nothing is ever scanned but what is due. An
 * entry is valid while the task's {@code dueAt} is its time: moving a task only adds an entry, the old one is dropped when its time comes.
 */
final class DueQueue {

    private static final byte[] PRESENT = {};

    private final KeyValueStore<Bytes, byte[]> store;
    /** Everything before it was taken: spares the store the search through deleted entries. */
    private long floor;
    /** No entry is earlier; spares the store the question when nothing is due. */
    private long earliest = Long.MIN_VALUE;

    DueQueue(KeyValueStore<Bytes, byte[]> store) {
        this.store = store;
    }

    /** An entry. */
    record Due(long time, TaskKey key) {}

    void add(long time, TaskKey key) {
        store.put(StoreKeys.due(time, key), PRESENT);
        earliest = Math.min(earliest, time);
        floor = Math.min(floor, time);
    }

    /** Takes one out that is not due yet. */
    void remove(long time, TaskKey key) {
        store.delete(StoreKeys.due(time, key));
    }

    /** No entry is earlier than this; {@code Long.MAX_VALUE} when there is none. Exact after a {@link #take}. */
    long earliest() {
        return earliest;
    }

    /** Removes and gives what is due, earliest first. */
    List<Due> take(long now, int most) {
        if (now < earliest) {
            return List.of();
        }
        List<Due> due = new ArrayList<>();
        earliest = Long.MAX_VALUE;
        try (KeyValueIterator<Bytes, byte[]> entries =
                store.range(StoreKeys.due(floor), StoreKeys.due(Long.MAX_VALUE))) {
            while (entries.hasNext()) {
                KeyValue<Bytes, byte[]> entry = entries.next();
                Due next = StoreKeys.parseDue(entry.key);
                if (next.time() > now || due.size() == most) {
                    earliest = next.time();
                    break;
                }
                due.add(next);
            }
        }
        due.forEach(entry -> store.delete(StoreKeys.due(entry.time(), entry.key())));
        // What was before the earliest that is left is deleted; a search would pass over every tombstone again.
        floor = earliest == Long.MAX_VALUE ? now : Math.min(now, earliest);
        return due;
    }

    /** All entries up to a time, left where they are. */
    List<Due> peek(long until) {
        List<Due> due = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> entries = store.range(StoreKeys.due(0), StoreKeys.due(until + 1))) {
            entries.forEachRemaining(entry -> due.add(StoreKeys.parseDue(entry.key)));
        }
        return due;
    }
}
