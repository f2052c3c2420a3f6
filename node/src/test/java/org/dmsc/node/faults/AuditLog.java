package org.dmsc.node.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.AuditRecord;
import org.dmsc.schemas.registry.TopicSchemaRegistry;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.kafka.KafkaClients;
import org.dmsc.tenant.kafka.KafkaConnection;

/** All of {@code dmsc.audit} that concerns one tenant, read from the topic itself, in its order. */
record AuditLog(List<AuditRecord> records) {

    static AuditLog read(KafkaConnection kafka, String tenant) {
        KafkaClients clients = new KafkaClients(kafka);
        try (TopicSchemaRegistry registry = new TopicSchemaRegistry(clients.common("schemas"))) {
            registry.start();
            AvroSerde<AuditRecord> serde = new AvroSerde<>(new AvroCodec(registry), AuditRecord.class);
            try (Consumer<String, AuditRecord> reader = clients.reader("audit", serde.deserializer())) {
                return new AuditLog(all(reader, tenant));
            }
        }
    }

    private static List<AuditRecord> all(Consumer<String, AuditRecord> reader, String tenant) {
        List<TopicPartition> partitions = reader.partitionsFor(TopicNames.AUDIT).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        reader.assign(partitions);
        reader.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = reader.endOffsets(partitions);
        List<AuditRecord> found = new ArrayList<>();
        while (partitions.stream().anyMatch(one -> reader.position(one) < ends.get(one))) {
            reader.poll(Duration.ofMillis(200)).forEach(read -> {
                if (tenant.equals(read.key())) {
                    found.add(read.value());
                }
            });
        }
        return found;
    }

    List<AuditRecord> of(AuditKind kind) {
        return records.stream().filter(one -> one.getEvent().getKind() == kind).toList();
    }

    /** How many records each task has of a kind. */
    Map<String, Long> perTask(AuditKind kind) {
        return of(kind).stream()
                .collect(Collectors.groupingBy(one -> one.getEvent().getTaskId(), Collectors.counting()));
    }
}
