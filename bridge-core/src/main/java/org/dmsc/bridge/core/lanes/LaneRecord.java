package org.dmsc.bridge.core.lanes;

import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.dmsc.schemas.avro.SealedEnvelope;

/**
 * One record of an inbox partition that this process owns. It MUST be ended exactly once in the end: by {@link #end}, from any thread, or by
 * {@link #putBack}, from the lane loop's.
 */
public final class LaneRecord {

    /** What an owner before may have done with it. */
    public enum Past {
        /** Nobody touched it. */
        FRESH,
        /** It may have reached the agent already. */
        UNCERTAIN
    }

    private final ConsumerRecord<String, byte[]> consumed;
    private final Past past;
    private final OffsetTracker tracker;
    private final PutBack putBack;
    private final AtomicBoolean ended = new AtomicBoolean();

    /** Writes a record elsewhere and ends this one, both or neither. */
    interface PutBack {
        boolean run(LaneRecord record, ProducerRecord<String, SealedEnvelope> elsewhere);
    }

    LaneRecord(ConsumerRecord<String, byte[]> consumed, Past past, OffsetTracker tracker, PutBack putBack) {
        this.consumed = consumed;
        this.past = past;
        this.tracker = tracker;
        this.putBack = putBack;
    }

    public String topic() {
        return consumed.topic();
    }

    public int lane() {
        return consumed.partition();
    }

    public long offset() {
        return consumed.offset();
    }

    public byte[] value() {
        return consumed.value() == null ? new byte[0] : consumed.value();
    }

    public Past past() {
        return past;
    }

    /** Nothing more will be done about it here: its offset may be committed. A second call changes nothing. */
    public void end() {
        if (ended.compareAndSet(false, true)) {
            tracker.end(offset());
        }
    }

    public boolean ended() {
        return ended.get();
    }

    /** Moves it: the other record and the end of this one are one transaction. False when it failed; then nothing happened. */
    public boolean putBack(ProducerRecord<String, SealedEnvelope> elsewhere) {
        if (!ended.get() && putBack.run(this, elsewhere)) {
            end();
            return true;
        }
        return false;
    }

    OffsetTracker tracker() {
        return tracker;
    }
}
