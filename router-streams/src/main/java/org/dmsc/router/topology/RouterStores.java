package org.dmsc.router.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.dmsc.router.task.TaskKey;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.TaskState;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.tenant.keys.Envelopes;

/** The router's stores, and how they are read from outside. On disk, because a task is kept for days; values are sealed. */
public final class RouterStores {

    /** Task states. */
    public static final String TASKS = "tasks";
    /** Submissions and events of tasks. */
    public static final String EVENTS = "task-events";
    /** Tasks by due time. */
    static final String DUE = "task-due";

    private final SealedStates seals;

    /** For reading. */
    public RouterStores(Envelopes envelopes, AvroCodec codec) {
        this.seals = new SealedStates(envelopes, codec, "");
    }

    static Set<StoreBuilder<?>> builders() {
        return Set.of(
                Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(TASKS), Serdes.String(), Serdes.ByteArray())
                        .withLoggingEnabled(Map.of()),
                Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(EVENTS), Serdes.String(), Serdes.ByteArray())
                        .withLoggingEnabled(Map.of()),
                Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(DUE), Serdes.Bytes(), Serdes.ByteArray())
                        .withLoggingEnabled(Map.of()));
    }

    /** A task's state, with its submission whole again. */
    public Optional<TaskState> state(
            ReadOnlyKeyValueStore<String, byte[]> tasks, ReadOnlyKeyValueStore<String, byte[]> events, TaskKey key) {
        return Optional.ofNullable(tasks.get(key.text())).map(seals::open).map(state -> {
            SealedEnvelope whole = Optional.ofNullable(events.get(TaskStore.submissionKey(key)))
                    .map(seals::envelope)
                    .orElse(state.getSubmission());
            return TaskState.newBuilder(state).setSubmission(whole).build();
        });
    }

    /** The events of a task that counted, in order. */
    public List<SealedEnvelope> events(ReadOnlyKeyValueStore<String, byte[]> events, TaskKey key) {
        KeyValue<String, String> range = TaskStore.eventRange(key);
        List<SealedEnvelope> all = new ArrayList<>();
        try (KeyValueIterator<String, byte[]> entries = events.range(range.key, range.value)) {
            entries.forEachRemaining(entry -> all.add(seals.envelope(entry.value)));
        }
        return all;
    }
}
