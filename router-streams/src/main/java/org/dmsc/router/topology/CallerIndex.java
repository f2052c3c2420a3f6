package org.dmsc.router.topology;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.dmsc.router.task.TaskKey;
import org.dmsc.router.task.TaskSearch;
import org.dmsc.router.task.TaskSearch.Place;
import org.dmsc.schemas.avro.TaskState;
import org.dmsc.schemas.avro.TaskStateName;

/**
 * Tasks by who asked for them and the time of their status, newest first, so that a caller's list is read from its beginning and no task of
 * anybody else is looked at. An entry follows from the task's state alone; it holds the status and a hash of the context id, so that a search
 * opens only what it gives out.
 */
final class CallerIndex {

    private static final int CONTEXT_BYTES = 12;

    private CallerIndex() {}

    /** One entry that fits. */
    record Entry(Place place, TaskKey key) {}

    /** What one lane found: the first of them, one more than wanted, and how many there are. */
    record Found(List<Entry> first, int total) {}

    static Bytes key(TaskState state) {
        return StoreKeys.listed(state.getTenant(), state.getCallerAgent(), statusAt(state), state.getTaskId());
    }

    static byte[] value(TaskState state) {
        byte[] name = name(state.getState());
        return ByteBuffer.allocate(CONTEXT_BYTES + name.length)
                .put(hash(state.getContextId()))
                .put(name)
                .array();
    }

    /** States of before there was such a time have the next best one. */
    static long statusAt(TaskState state) {
        return state.getStatusAt() == 0 ? state.getUpdatedAt() : state.getStatusAt();
    }

    /** Searches one lane. */
    static Found search(ReadOnlyKeyValueStore<Bytes, byte[]> store, TaskSearch search) {
        Optional<byte[]> context = search.contextId().map(CallerIndex::hash);
        Optional<byte[]> state = search.state().map(CallerIndex::name);
        List<Entry> first = new ArrayList<>();
        int total = 0;
        Bytes from = StoreKeys.listed(search.tenant().value(), search.caller(), Long.MAX_VALUE, "");
        Bytes to = StoreKeys.listed(
                search.tenant().value(), search.caller(), search.since().orElse(0), "~");
        try (KeyValueIterator<Bytes, byte[]> entries = store.range(from, to)) {
            while (entries.hasNext() && total < search.mostCounted()) {
                KeyValue<Bytes, byte[]> entry = entries.next();
                if (!fits(entry.value, state, context)) {
                    continue;
                }
                total++;
                Place place = StoreKeys.parseListed(entry.key);
                boolean behind = search.after()
                        .filter(after -> place.compareTo(after) <= 0)
                        .isEmpty();
                if (behind && first.size() <= search.most()) {
                    first.add(new Entry(place, new TaskKey(search.tenant(), place.taskId())));
                }
            }
        }
        return new Found(first, total);
    }

    private static boolean fits(byte[] value, Optional<byte[]> state, Optional<byte[]> context) {
        return state.filter(wanted -> !Arrays.equals(value, CONTEXT_BYTES, value.length, wanted, 0, wanted.length))
                        .isEmpty()
                && context.filter(wanted -> !Arrays.equals(value, 0, CONTEXT_BYTES, wanted, 0, CONTEXT_BYTES))
                        .isEmpty();
    }

    private static byte[] name(TaskStateName state) {
        return state.name().getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] hash(String contextId) {
        try {
            byte[] whole = MessageDigest.getInstance("SHA-256").digest(contextId.getBytes(StandardCharsets.UTF_8));
            return Arrays.copyOf(whole, CONTEXT_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
