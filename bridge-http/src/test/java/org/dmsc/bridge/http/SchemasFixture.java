package org.dmsc.bridge.http;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.registry.SubjectRegistry;

/** The embedded registry over a topic in memory. */
final class SchemasFixture {

    private static final TopicPartition LOG = new TopicPartition(TopicNames.SCHEMAS, 0);

    private final List<ConsumerRecord<String, String>> log = new ArrayList<>();

    SchemaDesk desk() {
        return new SchemaDesk(new SubjectRegistry(this::producer, this::consumer));
    }

    private Producer<String, String> producer() {
        return new MockProducer<>(true, null, new StringSerializer(), new StringSerializer()) {
            @Override
            public Future<RecordMetadata> send(ProducerRecord<String, String> entry) {
                synchronized (log) {
                    log.add(new ConsumerRecord<>(TopicNames.SCHEMAS, 0, log.size(), entry.key(), entry.value()));
                    return CompletableFuture.completedFuture(new RecordMetadata(LOG, log.size() - 1, 0, 0, 0, 0));
                }
            }
        };
    }

    private Consumer<String, String> consumer() {
        MockConsumer<String, String> reader = new MockConsumer<>("earliest") {
            @Override
            public synchronized ConsumerRecords<String, String> poll(Duration timeout) {
                synchronized (log) {
                    int from = (int) position(LOG);
                    List<ConsumerRecord<String, String>> next = List.copyOf(log.subList(from, log.size()));
                    seek(LOG, log.size());
                    return new ConsumerRecords<>(Map.of(LOG, next), Map.of());
                }
            }

            @Override
            public synchronized Map<TopicPartition, Long> endOffsets(
                    Collection<TopicPartition> partitions, Duration timeout) {
                synchronized (log) {
                    return Map.of(LOG, (long) log.size());
                }
            }
        };
        reader.updateBeginningOffsets(Map.of(LOG, 0L));
        return reader;
    }
}
