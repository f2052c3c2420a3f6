package org.dmsc.router.topology;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.utils.Bytes;
import org.dmsc.router.task.TaskKey;
import org.dmsc.router.task.TaskSearch;

/**
 * Keys of the router's one store. One store and not three, because each store is one more changelog partition in every transaction, with its
 * marker.
 *
 * <pre>
 *   d &lt;due time, 8 bytes&gt; &lt;tenant&gt;|&lt;task&gt;        nothing: the entry is the message
 *   e &lt;tenant&gt;|&lt;task&gt;|&lt;offset + 1, 19 digits&gt;   an event that counted; 0: the submission
 *   l &lt;tenant&gt;|&lt;caller&gt;|&lt;2^63 - 1 - time of the status, 8 bytes&gt; &lt;task&gt;   entry of the caller's list
 *   s &lt;tenant&gt;|&lt;task&gt;                           the task's state
 * </pre>
 */
final class StoreKeys {

    private static final byte DUE = 'd';
    private static final String EVENT = "e";
    private static final String LISTED = "l";
    private static final String STATE = "s";
    /** Of the largest number, so that keys sort as numbers do. */
    private static final int DIGITS = 19;

    /** Sorts behind every digit. */
    private static final String AFTER = "~";

    private StoreKeys() {}

    static Bytes state(TaskKey key) {
        return text(STATE + key.text());
    }

    static Bytes submission(TaskKey key) {
        return event(key, 0);
    }

    static Bytes event(TaskKey key, long sequence) {
        String digits = Long.toString(sequence);
        return text(EVENT + key.text() + '|' + "0".repeat(DIGITS - digits.length()) + digits);
    }

    static Bytes afterEvents(TaskKey key) {
        return text(EVENT + key.text() + '|' + AFTER);
    }

    static Bytes due(long time, TaskKey key) {
        byte[] name = key.text().getBytes(StandardCharsets.UTF_8);
        return Bytes.wrap(ByteBuffer.allocate(1 + Long.BYTES + name.length)
                .put(DUE)
                .putLong(time)
                .put(name)
                .array());
    }

    /** The least key of a due time. */
    static Bytes due(long time) {
        return Bytes.wrap(
                ByteBuffer.allocate(1 + Long.BYTES).put(DUE).putLong(time).array());
    }

    /** The later the status, the less the key. */
    static Bytes listed(String tenant, String caller, long statusAt, String taskId) {
        byte[] whose = (LISTED + tenant + '|' + caller + '|').getBytes(StandardCharsets.UTF_8);
        byte[] task = taskId.getBytes(StandardCharsets.UTF_8);
        return Bytes.wrap(ByteBuffer.allocate(whose.length + Long.BYTES + task.length)
                .put(whose)
                .putLong(Long.MAX_VALUE - statusAt)
                .put(task)
                .array());
    }

    static TaskSearch.Place parseListed(Bytes key) {
        byte[] all = key.get();
        int bars = 0;
        int at = 0;
        while (bars < 2) {
            bars += all[at] == '|' ? 1 : 0;
            at++;
        }
        ByteBuffer rest = ByteBuffer.wrap(all, at, all.length - at);
        long statusAt = Long.MAX_VALUE - rest.getLong();
        return new TaskSearch.Place(
                statusAt, StandardCharsets.UTF_8.decode(rest).toString());
    }

    static DueQueue.Due parseDue(Bytes key) {
        ByteBuffer bytes = ByteBuffer.wrap(key.get(), 1, key.get().length - 1);
        long time = bytes.getLong();
        return new DueQueue.Due(
                time, TaskKey.parse(StandardCharsets.UTF_8.decode(bytes).toString()));
    }

    private static Bytes text(String key) {
        return Bytes.wrap(key.getBytes(StandardCharsets.UTF_8));
    }
}
