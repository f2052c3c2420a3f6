package org.dmsc.router.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.dmsc.router.task.TaskKey;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.TaskState;

/**
 * The tasks of one lane: their states, and under each the submission and the events that counted, in the order of their partition. The
 * events are kept as they came, sealed.
 */
final class TaskStore {

    private final KeyValueStore<Bytes, byte[]> store;
    private final SealedStates sealed;
    private final OpenedStates opened;

    TaskStore(KeyValueStore<Bytes, byte[]> store, SealedStates sealed, LongSupplier clock) {
        this.store = store;
        this.sealed = sealed;
        this.opened = new OpenedStates(clock);
    }

    /** Refused as UNREADABLE when the tenant's keys are gone. */
    Optional<TaskState> find(TaskKey key) {
        return opened.find(key)
                .or(() -> Optional.ofNullable(store.get(StoreKeys.state(key))).map(sealed::open));
    }

    /**
     * Keeps a state, and its place in its caller's list.
     *
     * @param before the one that was kept until now
     */
    void put(TaskKey key, Optional<TaskState> before, TaskState after, byte[] sealedAfter) {
        store.put(StoreKeys.state(key), sealedAfter);
        opened.put(key, after);
        Bytes place = CallerIndex.key(after);
        Optional<Bytes> old = before.map(CallerIndex::key);
        if (old.filter(place::equals).isEmpty()
                || before.filter(was -> was.getState() == after.getState()).isEmpty()) {
            store.put(place, CallerIndex.value(after));
        }
        old.filter(was -> !was.equals(place)).ifPresent(store::delete);
    }

    void putSubmission(TaskKey key, byte[] raw) {
        store.put(StoreKeys.submission(key), raw);
    }

    /** The submission as it came, with its payload. */
    Optional<SealedEnvelope> submission(TaskKey key) {
        return Optional.ofNullable(store.get(StoreKeys.submission(key))).map(sealed::envelope);
    }

    /** Keeps an event under its offset, so that the same record is kept once. */
    void putEvent(TaskKey key, long offset, byte[] raw) {
        store.put(StoreKeys.event(key, offset + 1), raw);
    }

    /** @param last its state, where it can still be opened */
    void forget(TaskKey key, Optional<TaskState> last) {
        opened.remove(key);
        last.map(CallerIndex::key).ifPresent(store::delete);
        store.delete(StoreKeys.state(key));
        List<Bytes> old = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> all = store.range(StoreKeys.submission(key), StoreKeys.afterEvents(key))) {
            all.forEachRemaining(entry -> old.add(entry.key));
        }
        old.forEach(store::delete);
    }
}
