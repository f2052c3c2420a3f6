package org.dmsc.tenant.admin;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.GatewayRecord;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.kafka.KafkaClients;

/** What the gateways that live now say that they have read of {@code dmsc.sys.tenants}. Blocks. */
final class LiveGateways {

    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final KafkaClients clients;
    private final AvroCodec codec;
    private final Clock clock;

    LiveGateways(KafkaClients clients, AvroCodec codec, Clock clock) {
        this.clients = clients;
        this.codec = codec;
        this.clock = clock;
    }

    /**
     * Returns when each gateway whose lease holds has read so far; one that stays silent is waited for until its lease ends, and then it
     * has no lanes and must read all anew before it opens a listener.
     *
     * @throws org.dmsc.schemas.RefusedException UNAVAILABLE when one lives and does not read
     */
    void awaitRead(long tenantsGeneration) {
        AvroSerde<GatewayRecord> serde = new AvroSerde<>(codec, GatewayRecord.class);
        TopicPartition partition = new TopicPartition(TopicNames.GATEWAYS, 0);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        Map<String, GatewayRecord> gateways = new TreeMap<>();
        try (Consumer<String, GatewayRecord> reader = clients.reader("gateways", serde.deserializer())) {
            reader.assign(List.of(partition));
            reader.seekToBeginning(List.of(partition));
            long end = reader.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            while (true) {
                reader.poll(POLL).forEach(entry -> gateways.put(entry.key(), entry.value()));
                List<String> behind = behind(gateways, tenantsGeneration);
                if (reader.position(partition) >= end && behind.isEmpty()) {
                    return;
                }
                if (System.nanoTime() > deadline) {
                    throw KafkaAnswers.unavailable(
                            "see the change at every gateway", "gateways " + behind + " have not read it");
                }
            }
        }
    }

    private List<String> behind(Map<String, GatewayRecord> gateways, long generation) {
        long now = clock.millis();
        return gateways.values().stream()
                .filter(gateway -> !gateway.getLeft() && gateway.getTime() + gateway.getLeaseMs() > now)
                .filter(gateway -> gateway.getTenantsGeneration() < generation)
                .map(GatewayRecord::getGateway)
                .toList();
    }
}
