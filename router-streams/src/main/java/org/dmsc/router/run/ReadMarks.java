package org.dmsc.router.run;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * How far the router of this process has read each partition and put what it read into its store: whoever asks the store can know whether it
 * holds all that was written before a certain offset. The marks that end a transaction have offsets, too, and no record; they count as read
 * with the last record before them. Each partition is written by the thread that has it; read by anybody.
 */
public final class ReadMarks {

    /**
     * @param polled offset of the last record that was handed over; -1 for none
     * @param next where the reading goes on after it
     * @param handled offset of the last record that is in the store; -1 for none
     */
    private record Mark(long polled, long next, long handled) {

        long reached() {
            return handled >= polled ? next : handled + 1;
        }
    }

    private final Map<TopicPartition, Mark> marks = new ConcurrentHashMap<>();

    /** The consumer of this thread handed these over, or passed over what is no record. */
    void polled(ConsumerRecords<?, ?> records) {
        records.nextOffsets().forEach((partition, next) -> {
            long last = records.records(partition).stream()
                    .mapToLong(ConsumerRecord::offset)
                    .max()
                    .orElse(-1);
            marks.merge(partition, new Mark(last, next.offset(), -1), ReadMarks::later);
        });
    }

    private static Mark later(Mark known, Mark polled) {
        return new Mark(Math.max(known.polled(), polled.polled()), polled.next(), known.handled());
    }

    /** What that record changes is in the store. */
    public void handled(String topic, int partition, long offset) {
        marks.computeIfPresent(
                new TopicPartition(topic, partition), (key, mark) -> new Mark(mark.polled(), mark.next(), offset));
    }

    /** That lane comes or goes: what was known of it holds no more. */
    public void forget(int lane) {
        marks.keySet().removeIf(partition -> partition.partition() == lane);
    }

    /** What the group has committed, for partitions of which this process has read nothing yet: the store was made of at least that. */
    public void committed(Set<TopicPartition> asked, Map<TopicPartition, OffsetAndMetadata> offsets) {
        for (TopicPartition partition : asked) {
            OffsetAndMetadata offset = offsets.get(partition);
            marks.putIfAbsent(partition, new Mark(-1, offset == null ? 0 : offset.offset(), -1));
        }
    }

    /** Those of which nothing is known. */
    public Set<TopicPartition> unknown(Set<TopicPartition> partitions) {
        return partitions.stream()
                .filter(partition -> !marks.containsKey(partition))
                .collect(Collectors.toSet());
    }

    /** Whether everything before these offsets is in the store. */
    public boolean haveReached(Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().allMatch(end -> {
            Mark mark = marks.get(end.getKey());
            return mark != null && mark.reached() >= end.getValue();
        });
    }
}
