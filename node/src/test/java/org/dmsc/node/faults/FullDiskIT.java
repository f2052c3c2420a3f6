package org.dmsc.node.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
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
import org.dmsc.tenant.log.Verdict.Whole;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The broker's disk is full: needs root, because the disk is a small tmpfs. */
@Tag("long")
@Timeout(900)
final class FullDiskIT {

    private static final int MEBIBYTE = 1024 * 1024;
    private static final String TENANT = "acme";
    private static final int BEFORE = 200;
    private static final int MOST = 200_000;
    private static final Duration BOUND = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    @Test
    @DisplayName("case 106: on a full disk nothing is acknowledged; with room again the log has what was, and is whole")
    void case_106_fullDisk() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        assumeThat(run("mount", "-t", "tmpfs", "-o", "size=192m", "tmpfs", disk.toString()))
                .as("mount of a tmpfs")
                .isZero();
        try {
            filled(disk);
        } finally {
            int unused = run("umount", "-l", disk.toString());
        }
    }

    private void filled(Path disk) throws Exception {
        Path ballast = disk.resolve("ballast");
        Set<String> acknowledged = new HashSet<>();
        try (NodeProcess first = begin(disk)) {
            first.awaitReady();
            write(first.description(), acknowledged, BEFORE);
            assertThat(acknowledged).hasSize(BEFORE);
            fill(ballast);
            write(first.description(), acknowledged, MOST);
            assertThat(acknowledged).as("acknowledged on a full disk").hasSizeLessThan(MOST);
            first.kill();
        }
        Files.delete(ballast);
        try (NodeProcess again = begin(disk)) {
            again.awaitReady();
            NodeFile node = again.description();
            Until.happens(
                    "each of " + acknowledged.size() + " events has a leaf",
                    BOUND,
                    () -> recorded(node).containsAll(acknowledged));
            Until.happens(
                    "all of it is signed",
                    BOUND,
                    () -> new TopicCheck(new org.dmsc.node.audit.AuditLog(node), List.of())
                                            .verdicts(TENANT, org.dmsc.node.audit.AuditLog.Progress.NONE)
                                            .get(TENANT)
                                    instanceof Whole whole
                            && whole.covered() == whole.tree().size());
        }
    }

    private NodeProcess begin(Path disk) {
        return NodeProcess.begin(
                disk.resolve("data"),
                "--node",
                "all",
                "--keys",
                folder.resolve("keys").toString(),
                "--roles",
                "broker,router,registry,audit",
                "--kafka-port",
                "0");
    }

    private static void fill(Path ballast) throws IOException {
        byte[] chunk = new byte[MEBIBYTE];
        try (OutputStream out = Files.newOutputStream(ballast)) {
            while (true) {
                out.write(chunk);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("space");
        }
    }

    /** Until so many are acknowledged, or one is not. */
    private static void write(NodeFile node, Set<String> acknowledged, int most) throws InterruptedException {
        Map<String, Object> config = new HashMap<>(node.kafkaClient());
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 10_000);
        config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 10_000);
        try (TopicSchemaRegistry registry = new TopicSchemaRegistry(node.kafkaClient())) {
            registry.start();
            AvroSerde<AuditEvent> serde = new AvroSerde<>(new AvroCodec(registry), AuditEvent.class);
            Producer<String, AuditEvent> producer =
                    new KafkaProducer<>(config, new StringSerializer(), serde.serializer());
            try {
                while (acknowledged.size() < most) {
                    String id = Integer.toString(acknowledged.size());
                    producer.send(new ProducerRecord<>(TopicNames.AUDIT_INTAKE, TENANT, event(id)))
                            .get(20, TimeUnit.SECONDS);
                    acknowledged.add(id);
                }
            } catch (ExecutionException | TimeoutException | KafkaException full) {
                assertThat(acknowledged.size()).isGreaterThanOrEqualTo(BEFORE);
            } finally {
                producer.close(Duration.ofSeconds(1));
            }
        }
    }

    private static AuditEvent event(String id) {
        return AuditEvent.newBuilder()
                .setEventId(id)
                .setTenant(TENANT)
                .setTime(Clock.systemUTC().millis())
                .setKind(AuditKind.DECISION)
                .setActor("spiffe://fabric.localhost/node/router/test")
                .setNode("test")
                .setReasons(List.of("x".repeat(2000)))
                .build();
    }

    private static Set<String> recorded(NodeFile node) {
        Set<String> ids = new HashSet<>();
        try (TopicSchemaRegistry registry = new TopicSchemaRegistry(node.kafkaClient())) {
            registry.start();
            AvroSerde<AuditRecord> serde = new AvroSerde<>(new AvroCodec(registry), AuditRecord.class);
            new org.dmsc.node.audit.AuditLog(node)
                    .records(
                            TENANT,
                            org.dmsc.node.audit.AuditLog.Progress.NONE,
                            found -> ids.add(serde.deserializer()
                                    .deserialize(found.topic(), found.value())
                                    .getEvent()
                                    .getEventId()));
        }
        return ids;
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }
}
