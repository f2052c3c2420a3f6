package org.dmsc.router.run;

import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** Tells {@link CommitPace} what a stream thread's consumer hands over; Streams offers a processor no other way to know of its backlog. */
public final class CountPolled implements ConsumerInterceptor<byte[], byte[]> {

    /** Consumer setting that holds the {@link CommitPace}. */
    public static final String PACE = "dmsc.commit.pace";

    private CommitPace pace = new CommitPace();

    /** Kafka makes one per consumer. */
    public CountPolled() {}

    @Override
    public void configure(Map<String, ?> config) {
        if (config.get(PACE) instanceof CommitPace given) {
            pace = given;
        }
    }

    @Override
    public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> records) {
        pace.polled(records.count());
        return records;
    }

    @Override
    public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {}

    @Override
    public void close() {}
}
