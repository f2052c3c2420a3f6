package org.dmsc.schemas.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.dmsc.schemas.TopicNames;

/** One log that all clients share. */
final class FakeSchemasTopic {

    private static final TopicPartition PARTITION = new TopicPartition(TopicNames.SCHEMAS, 0);

    final List<ProducerRecord<String, String>> log = new ArrayList<>();
    private final List<MockConsumer<String, String>> readers = new ArrayList<>();
    private final List<Integer> given = new ArrayList<>();
    boolean refusing;

    synchronized void append(String key, String value) {
        log.add(new ProducerRecord<>(TopicNames.SCHEMAS, 0, key, value));
    }

    Producer<String, String> producer() {
        return new MockProducer<>(true, null, new StringSerializer(), new StringSerializer()) {
            @Override
            public Future<RecordMetadata> send(ProducerRecord<String, String> entry) {
                synchronized (FakeSchemasTopic.this) {
                    if (refusing) {
                        return CompletableFuture.failedFuture(new KafkaException("not authorized"));
                    }
                    log.add(entry);
                    return CompletableFuture.completedFuture(new RecordMetadata(PARTITION, log.size() - 1, 0, 0, 0, 0));
                }
            }
        };
    }

    Consumer<String, String> consumer() {
        MockConsumer<String, String> reader = new MockConsumer<>("earliest") {
            @Override
            public synchronized org.apache.kafka.clients.consumer.ConsumerRecords<String, String> poll(
                    java.time.Duration timeout) {
                feed(this);
                return super.poll(timeout);
            }

            @Override
            public synchronized Map<TopicPartition, Long> endOffsets(
                    java.util.Collection<TopicPartition> partitions, java.time.Duration timeout) {
                synchronized (FakeSchemasTopic.this) {
                    return Map.of(PARTITION, (long) log.size());
                }
            }
        };
        reader.updateBeginningOffsets(Map.of(PARTITION, 0L));
        readers.add(reader);
        given.add(0);
        return reader;
    }

    private synchronized void feed(MockConsumer<String, String> reader) {
        int i = readers.indexOf(reader);
        for (int offset = given.get(i); offset < log.size(); offset++) {
            ProducerRecord<String, String> entry = log.get(offset);
            reader.addRecord(new ConsumerRecord<>(TopicNames.SCHEMAS, 0, offset, entry.key(), entry.value()));
        }
        given.set(i, log.size());
    }
}
