package org.dmsc.router.run;

import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** Tells {@link CommitPace} and {@link ReadMarks} what a stream thread's consumer hands over; Streams offers no other way to know of it. */
public final class CountPolled implements ConsumerInterceptor<byte[], byte[]> {

    /** Consumer setting that holds the {@link CommitPace}. */
    public static final String PACE = "dmsc.commit.pace";

    /** Consumer setting that holds the {@link ReadMarks}. */
    public static final String MARKS = "dmsc.read.marks";

    private CommitPace pace = new CommitPace();
    private ReadMarks marks = new ReadMarks();

    /** Kafka makes one per consumer. */
    public CountPolled() {}

    @Override
    public void configure(Map<String, ?> config) {
        if (config.get(PACE) instanceof CommitPace given) {
            pace = given;
        }
        if (config.get(MARKS) instanceof ReadMarks given) {
            marks = given;
        }
    }

    @Override
    public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> records) {
        pace.polled(records.count());
        marks.polled(records);
        return records;
    }

    @Override
    public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {}

    @Override
    public void close() {}
}
