package org.dmsc.tenant.admin;

import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.GatewayRecord;
import org.dmsc.schemas.avro.PurgeAck;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.kafka.KafkaClients;

/** Waits until every live gateway has forgotten a tenant's keys. What is alive is what its lease says. */
final class PurgeAcks {

    private static final Duration POLL = Duration.ofMillis(20);
    private static final List<TopicPartition> READ =
            List.of(new TopicPartition(TopicNames.PURGES, 0), new TopicPartition(TopicNames.GATEWAYS, 0));

    private final KafkaClients clients;
    private final AvroSerde<PurgeAck> acks;
    private final AvroSerde<GatewayRecord> gateways;
    private final Clock clock;

    PurgeAcks(AdministrationParts parts) {
        this.clients = parts.clients();
        this.acks = new AvroSerde<>(parts.codec(), PurgeAck.class);
        this.gateways = new AvroSerde<>(parts.codec(), GatewayRecord.class);
        this.clock = parts.clock();
    }

    /**
     * Who has forgotten, and who should have.
     *
     * @param acknowledged nodes, gateways or not
     * @param missing gateways that live and did not say so in time
     */
    record Heard(Set<String> acknowledged, Set<String> missing) {}

    Heard await(TenantId tenant, long generation, Duration atMost) {
        Set<String> acknowledged = new TreeSet<>();
        Map<String, Long> aliveUntil = new HashMap<>();
        long deadline = System.nanoTime() + atMost.toNanos();
        try (Consumer<String, byte[]> reader = clients.reader("purge-reader", new ByteArrayDeserializer())) {
            reader.assign(READ);
            reader.seekToBeginning(READ);
            Map<TopicPartition, Long> ends = reader.endOffsets(READ);
            while (true) {
                for (ConsumerRecord<String, byte[]> found : reader.poll(POLL)) {
                    read(found, tenant, generation, acknowledged, aliveUntil);
                }
                boolean current =
                        ends.entrySet().stream().allMatch(end -> reader.position(end.getKey()) >= end.getValue());
                Set<String> missing = missing(acknowledged, aliveUntil);
                if ((current && missing.isEmpty()) || System.nanoTime() > deadline) {
                    return new Heard(acknowledged, missing);
                }
            }
        }
    }

    private void read(
            ConsumerRecord<String, byte[]> found,
            TenantId tenant,
            long generation,
            Set<String> acknowledged,
            Map<String, Long> aliveUntil) {
        if (found.value() == null) {
            aliveUntil.remove(found.key());
            return;
        }
        try {
            if (found.topic().equals(TopicNames.GATEWAYS)) {
                GatewayRecord gateway = gateways.deserializer().deserialize(found.topic(), found.value());
                aliveUntil.put(gateway.getGateway(), gateway.getLeft() ? 0 : gateway.getTime() + gateway.getLeaseMs());
            } else {
                PurgeAck ack = acks.deserializer().deserialize(found.topic(), found.value());
                if (ack.getTenant().equals(tenant.value()) && ack.getGeneration() >= generation) {
                    acknowledged.add(ack.getNode());
                }
            }
        } catch (RefusedException e) {
            // A record that nobody can read acknowledges nothing.
            return;
        }
    }

    private Set<String> missing(Set<String> acknowledged, Map<String, Long> aliveUntil) {
        long now = clock.millis();
        Set<String> missing = new TreeSet<>();
        aliveUntil.forEach((gateway, until) -> {
            if (now < until && !acknowledged.contains(gateway)) {
                missing.add(gateway);
            }
        });
        return missing;
    }
}
