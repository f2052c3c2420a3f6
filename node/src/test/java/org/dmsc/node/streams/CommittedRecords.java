package org.dmsc.node.streams;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.dmsc.tenant.kafka.KafkaClients;

/** Reads the committed records of a topic from its beginning, on a thread of its own. */
final class CommittedRecords implements AutoCloseable {

    private final List<ConsumerRecord<String, byte[]>> all = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile boolean closing;

    CommittedRecords(KafkaClients clients, String topic, Consumer<ConsumerRecord<String, byte[]>> listener) {
        this(clients, topic, StreamsWorld.LANES, listener);
    }

    CommittedRecords(KafkaClients clients, String topic, int lanes, Consumer<ConsumerRecord<String, byte[]>> listener) {
        this.thread = new Thread(() -> read(clients, topic, lanes, listener), "read-" + topic);
        thread.setDaemon(true);
        thread.start();
    }

    private void read(
            KafkaClients clients, String topic, int lanes, Consumer<ConsumerRecord<String, byte[]>> listener) {
        try (var consumer = clients.reader("read-" + topic, new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = IntStream.range(0, lanes)
                    .mapToObj(lane -> new TopicPartition(topic, lane))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (!closing) {
                for (ConsumerRecord<String, byte[]> found : consumer.poll(Duration.ofMillis(50))) {
                    listener.accept(found);
                    all.add(found);
                }
            }
        }
    }

    List<ConsumerRecord<String, byte[]>> all() {
        return all;
    }

    @Override
    public void close() throws InterruptedException {
        closing = true;
        thread.join();
    }
}
