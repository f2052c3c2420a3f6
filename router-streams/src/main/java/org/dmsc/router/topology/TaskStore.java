package org.dmsc.router.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.kafka.streams.KeyValue;
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

    private static final String SUBMISSION = sequence(0);
    /** Sorts behind every digit. */
    private static final char AFTER = '~';

    private final KeyValueStore<String, byte[]> states;
    private final KeyValueStore<String, byte[]> events;
    private final SealedStates sealed;

    TaskStore(KeyValueStore<String, byte[]> states, KeyValueStore<String, byte[]> events, SealedStates sealed) {
        this.states = states;
        this.events = events;
        this.sealed = sealed;
    }

    /** Refused as UNREADABLE when the tenant's keys are gone. */
    Optional<TaskState> find(TaskKey key) {
        return Optional.ofNullable(states.get(key.text())).map(sealed::open);
    }

    void put(TaskKey key, byte[] sealedState) {
        states.put(key.text(), sealedState);
    }

    void putSubmission(TaskKey key, byte[] raw) {
        events.put(key.text() + '|' + SUBMISSION, raw);
    }

    /** The submission as it came, with its payload. */
    Optional<SealedEnvelope> submission(TaskKey key) {
        return Optional.ofNullable(events.get(key.text() + '|' + SUBMISSION)).map(sealed::envelope);
    }

    /** Keeps an event under its offset, so that the same record is kept once. */
    void putEvent(TaskKey key, long offset, byte[] raw) {
        events.put(key.text() + '|' + sequence(offset + 1), raw);
    }

    void forget(TaskKey key) {
        states.delete(key.text());
        List<String> old = new ArrayList<>();
        try (KeyValueIterator<String, byte[]> all = events.range(key.text() + '|', key.text() + '|' + AFTER)) {
            all.forEachRemaining(entry -> old.add(entry.key));
        }
        old.forEach(events::delete);
    }

    private static String sequence(long number) {
        return String.format(Locale.ROOT, "%019d", number);
    }

    /** First and last key of a task's events, for readers of the store from outside. */
    static KeyValue<String, String> eventRange(TaskKey key) {
        return KeyValue.pair(key.text() + '|' + sequence(1), key.text() + '|' + AFTER);
    }

    /** Key of a task's submission, for readers of the store from outside. */
    static String submissionKey(TaskKey key) {
        return key.text() + '|' + SUBMISSION;
    }
}
