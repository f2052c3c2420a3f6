package org.dmsc.node.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.dmsc.node.audit.TopicCheck;
import org.dmsc.node.host.NodeFile;
import org.dmsc.node.testing.NodeProcess;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.AuditRecord;
import org.dmsc.schemas.registry.TopicSchemaRegistry;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.log.LogOrigin;
import org.dmsc.tenant.log.Verdict;
import org.dmsc.tenant.log.Verdict.Whole;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Router, sequencer and signer, one process, are killed again and again while events come, some of them twice as a writer that was cut off
 * repeats them ({@code -Ddmsc.audit.events=1000000 -Ddmsc.audit.kills=50 -Ddmsc.audit.seed=1}). Case 98 of contracts/security.md.
 */
@Tag("long")
@Timeout(3600)
final class AuditKillIT {

    private static final int EVENTS = Integer.getInteger("dmsc.audit.events", 100_000);
    private static final int KILLS = Integer.getInteger("dmsc.audit.kills", 5);
    private static final long SEED = Long.getLong("dmsc.audit.seed", System.nanoTime());
    private static final int TWICE_EVERY = 7;
    private static final String TENANT = "acme";
    private static final String[] AUDIT = {"--node", "audit", "--roles", "router,registry,audit", "--kafka"};
    private static final Duration BOUND = Duration.ofMinutes(5);

    @TempDir
    Path folder;

    private final Random random = new Random(SEED);

    @Test
    @DisplayName(
            "case 98: whoever is killed when, each event is one leaf, none is missing, none is double, and all are signed")
    void case_98_oneLeafPerEvent() throws Exception {
        String keys = folder.resolve("keys").toString();
        try (NodeProcess broker = NodeProcess.begin(
                folder.resolve("broker"),
                "--node",
                "broker",
                "--keys",
                keys,
                "--roles",
                "broker",
                "--kafka-port",
                "0")) {
            broker.awaitReady();
            NodeFile description = broker.description();
            NodeProcess audit = begin(keys, description);
            audit.awaitReady();
            try (TopicSchemaRegistry registry = new TopicSchemaRegistry(description.kafkaClient())) {
                registry.start();
                AvroCodec codec = new AvroCodec(registry);
                for (int kill = 0; kill < KILLS; kill++) {
                    write(description, codec, kill * (EVENTS / KILLS), (kill + 1) * (EVENTS / KILLS));
                    LockSupport.parkNanos(
                            Duration.ofMillis(random.nextInt(1500)).toNanos());
                    audit.kill();
                    audit = begin(keys, description);
                    if (random.nextBoolean()) {
                        // Otherwise it is killed while it starts, or as soon as it runs.
                        audit.awaitReady();
                    }
                }
                audit.awaitReady();
                verify(description, codec);
            } finally {
                audit.close();
            }
        }
    }

    private NodeProcess begin(String keys, NodeFile broker) {
        String[] all = java.util.Arrays.copyOf(AUDIT, AUDIT.length + 3);
        all[AUDIT.length] = broker.bootstrap();
        all[AUDIT.length + 1] = "--keys";
        all[AUDIT.length + 2] = keys;
        return NodeProcess.begin(folder.resolve("audit"), all);
    }

    private void write(NodeFile node, AvroCodec codec, int from, int to) {
        Map<String, Object> config = new HashMap<>(node.kafkaClient());
        config.put(ProducerConfig.LINGER_MS_CONFIG, 20);
        AvroSerde<AuditEvent> serde = new AvroSerde<>(codec, AuditEvent.class);
        try (Producer<String, AuditEvent> producer =
                new KafkaProducer<>(config, new StringSerializer(), serde.serializer())) {
            for (int i = from; i < to; i++) {
                for (int copy = 0; copy < (i % TWICE_EVERY == 0 ? 2 : 1); copy++) {
                    Future<?> unused = producer.send(new ProducerRecord<>(TopicNames.AUDIT_INTAKE, TENANT, event(i)));
                }
            }
            producer.flush();
        }
    }

    private static AuditEvent event(int number) {
        return AuditEvent.newBuilder()
                .setEventId(Integer.toString(number))
                .setTenant(TENANT)
                .setTime(Clock.systemUTC().millis())
                .setKind(AuditKind.DECISION)
                .setActor("spiffe://fabric.localhost/node/router/test")
                .setNode("test")
                .setTaskId("task-" + number)
                .build();
    }

    private void verify(NodeFile node, AvroCodec codec) {
        Until.happens("all " + EVENTS + " events are signed, seed " + SEED, BOUND, () -> signed(node) >= EVENTS);
        Map<String, Verdict> verdicts = new TopicCheck(new org.dmsc.node.audit.AuditLog(node), List.of())
                .verdicts("", org.dmsc.node.audit.AuditLog.Progress.NONE);
        assertThat(verdicts.get(TENANT)).isInstanceOfSatisfying(Whole.class, whole -> {
            assertThat(whole.tree().size()).isEqualTo(EVENTS);
            assertThat(whole.covered()).isEqualTo(EVENTS);
        });
        assertThat(verdicts.get(LogOrigin.OPERATOR)).isInstanceOf(Whole.class);
        BitSet ids = new BitSet(EVENTS);
        long[] leaves = {0};
        AvroSerde<AuditRecord> serde = new AvroSerde<>(codec, AuditRecord.class);
        new org.dmsc.node.audit.AuditLog(node).records(TENANT, org.dmsc.node.audit.AuditLog.Progress.NONE, found -> {
            AuditRecord record = serde.deserializer().deserialize(found.topic(), found.value());
            ids.set(Integer.parseInt(record.getEvent().getEventId()));
            leaves[0]++;
        });
        assertThat(ids.cardinality())
                .as("events that have a leaf, seed %s", SEED)
                .isEqualTo(EVENTS);
        assertThat(leaves[0]).as("leaves").isEqualTo(EVENTS);
    }

    private static long signed(NodeFile node) {
        return new TopicCheck(new org.dmsc.node.audit.AuditLog(node), List.of())
                .verdicts(TENANT, org.dmsc.node.audit.AuditLog.Progress.NONE).values().stream()
                        .mapToLong(verdict -> verdict instanceof Whole whole ? whole.covered() : -1)
                        .sum();
    }
}
