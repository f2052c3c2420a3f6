package org.dmsc.router.topology;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.dmsc.router.task.FoundTasks;
import org.dmsc.router.task.StoredTaskRecord;
import org.dmsc.router.task.TaskKey;
import org.dmsc.router.task.TaskSearch;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.TaskState;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.tenant.keys.Envelopes;

/** The router's store, and how it is read from outside. On disk, because a task is kept for days; values are sealed. */
public final class RouterStores {

    /** States, submissions, events and due times of tasks; its keys are those of {@link StoreKeys}. */
    public static final String TASKS = "tasks";

    private final SealedStates seals;

    /** For reading. */
    public RouterStores(Envelopes envelopes, AvroCodec codec) {
        this.seals = new SealedStates(envelopes, codec, "");
    }

    static Set<StoreBuilder<?>> builders() {
        return Set.of(
                Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(TASKS), Serdes.Bytes(), Serdes.ByteArray())
                        .withLoggingEnabled(Map.of()));
    }

    /** A task's state, with its submission whole again. */
    public Optional<TaskState> state(ReadOnlyKeyValueStore<Bytes, byte[]> store, TaskKey key) {
        return Optional.ofNullable(store.get(StoreKeys.state(key)))
                .map(seals::open)
                .map(state -> {
                    SealedEnvelope whole = Optional.ofNullable(store.get(StoreKeys.submission(key)))
                            .map(seals::envelope)
                            .orElse(state.getSubmission());
                    return TaskState.newBuilder(state).setSubmission(whole).build();
                });
    }

    /**
     * Searches the lists of callers in the stores of all lanes.
     *
     * @param lanes one store per lane
     */
    public FoundTasks search(List<ReadOnlyKeyValueStore<Bytes, byte[]>> lanes, TaskSearch search) {
        List<Hit> hits = new ArrayList<>();
        int total = 0;
        for (ReadOnlyKeyValueStore<Bytes, byte[]> lane : lanes) {
            CallerIndex.Found found = CallerIndex.search(lane, search);
            found.first().forEach(entry -> hits.add(new Hit(entry, lane)));
            total = Math.min(search.mostCounted(), total + found.total());
        }
        hits.sort(Comparator.comparing(hit -> hit.entry().place()));
        List<Hit> wanted = hits.subList(0, Math.min(search.most(), hits.size()));
        List<StoredTaskRecord> tasks = new ArrayList<>();
        for (Hit hit : wanted) {
            state(hit.lane(), hit.entry().key())
                    .ifPresent(state -> tasks.add(new StoredTaskRecord(
                            state, events(hit.lane(), hit.entry().key()))));
        }
        tasks.sort(Comparator.comparing(StoredTaskRecord::place));
        boolean more = hits.size() > wanted.size();
        Optional<TaskSearch.Place> last =
                more ? Optional.of(wanted.get(wanted.size() - 1).entry().place()) : Optional.empty();
        return new FoundTasks(tasks, last, total);
    }

    private record Hit(CallerIndex.Entry entry, ReadOnlyKeyValueStore<Bytes, byte[]> lane) {}

    /** The events of a task that counted, in order. */
    public List<SealedEnvelope> events(ReadOnlyKeyValueStore<Bytes, byte[]> store, TaskKey key) {
        List<SealedEnvelope> all = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> entries =
                store.range(StoreKeys.event(key, 1), StoreKeys.afterEvents(key))) {
            entries.forEachRemaining(entry -> all.add(seals.envelope(entry.value)));
        }
        return all;
    }
}
