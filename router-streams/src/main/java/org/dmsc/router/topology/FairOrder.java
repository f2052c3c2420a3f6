package org.dmsc.router.topology;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * Makes tenants take turns inside a lane. Streams keeps a queue for each partition it reads, so for each tenant, and goes on with the record
 * whose timestamp is least; by real time a quiet tenant's new task would wait behind the whole backlog of a loud one. So the times that it is
 * given are not real: each queue's next record is due one after its last one, or now, whichever is later (start-time fair queueing with equal
 * weights). They begin at 0 and grow by one for each record at most, so they are never ahead of real time, which changelog records require.
 * Nothing in the router reads stream time; what it forwards has real times. Thread-safe.
 *
 * <p>Streams asks for the time of a record only when that record is the next of its queue; with an answer for all at once this would not work.
 */
public final class FairOrder implements TimestampExtractor {

    /** A queue that was served much while others were empty does not wait for ever when they come. */
    private static final long MOST_AHEAD = 1000;

    private final Map<Integer, Turn> lanes = new ConcurrentHashMap<>();

    /** Made once for a topology. */
    public FairOrder() {}

    /** @param partitionTime the latest time of this queue; negative when it had none */
    @Override
    public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
        return turn(record.partition()).next(partitionTime);
    }

    /** A record of a lane is being worked on. */
    void serves(int lane, long time) {
        turn(lane).serves(time);
    }

    private Turn turn(int lane) {
        return lanes.computeIfAbsent(lane, one -> new Turn());
    }

    /** Where one lane is. */
    private static final class Turn {
        private long now;
        private boolean began;

        private synchronized long next(long partitionTime) {
            if (!began) {
                // After a restart the queues remember their times, and the lane goes on from the latest.
                now = Math.max(now, partitionTime);
            }
            return Math.min(now + MOST_AHEAD, Math.max(now, partitionTime + 1));
        }

        private synchronized void serves(long time) {
            began = true;
            now = Math.max(now, time);
        }
    }
}
