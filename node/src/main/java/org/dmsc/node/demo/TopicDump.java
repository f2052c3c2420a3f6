package org.dmsc.node.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * All records of all topics as Kafka has them, read by a client that knows nothing of the fabric: changelogs, Kafka's own topics, and
 * what aborted transactions left, too.
 */
final class TopicDump {

    private static final Duration LONGEST = Duration.ofSeconds(60);

    private final Map<String, Object> client;

    /** With settings that reach Kafka. */
    TopicDump(Map<String, Object> client) {
        this.client = Map.copyOf(client);
    }

    /**
     * One record, everything in it.
     *
     * @param parts key, value, header keys and header values
     */
    record Raw(String place, String topic, List<byte[]> parts) {}

    /** By topic; topics without records too. */
    Map<String, List<Raw>> read() {
        Map<String, List<Raw>> dump = new TreeMap<>();
        topics().forEach(topic -> dump.put(topic, new ArrayList<>()));
        Map<String, Object> settings = new HashMap<>(client);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 50);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = partitions(consumer, dump.keySet());
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> unread = new HashMap<>(consumer.endOffsets(partitions, LONGEST));
            long deadline = System.nanoTime() + LONGEST.toNanos();
            while (!unread.isEmpty()) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    dump.computeIfAbsent(record.topic(), topic -> new ArrayList<>())
                            .add(raw(record));
                }
                unread.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
                if (System.nanoTime() > deadline) {
                    throw new DemoFailure(
                            "all topics to be read within " + LONGEST.toSeconds() + " s", unread + " unread", "-");
                }
            }
        }
        return dump;
    }

    private Collection<String> topics() {
        try (Admin admin = Admin.create(client)) {
            return admin.listTopics(new ListTopicsOptions().listInternal(true))
                    .names()
                    .get();
        } catch (ExecutionException e) {
            throw new DemoFailure("the list of topics", String.valueOf(e.getCause()), "-");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DemoFailure("the list of topics", "an interrupt", "-");
        }
    }

    private static List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer, Collection<String> topics) {
        List<TopicPartition> partitions = new ArrayList<>();
        Map<String, List<PartitionInfo>> known = consumer.listTopics(LONGEST);
        for (String topic : topics) {
            for (PartitionInfo info : known.getOrDefault(topic, List.of())) {
                partitions.add(new TopicPartition(topic, info.partition()));
            }
        }
        return partitions;
    }

    private static Raw raw(ConsumerRecord<byte[], byte[]> record) {
        List<byte[]> parts = new ArrayList<>();
        add(parts, record.key());
        add(parts, record.value());
        for (Header header : record.headers()) {
            add(parts, header.key().getBytes(java.nio.charset.StandardCharsets.UTF_8));
            add(parts, header.value());
        }
        return new Raw(record.topic() + "-" + record.partition() + "@" + record.offset(), record.topic(), parts);
    }

    private static void add(List<byte[]> parts, byte @org.jspecify.annotations.Nullable [] part) {
        if (part != null) {
            parts.add(part);
        }
    }
}
