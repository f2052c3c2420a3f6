package org.dmsc.node.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.dmsc.node.kafka.BrokerSettings;
import org.dmsc.node.kafka.EmbeddedKafka;
import org.dmsc.router.audit.AuditApp;
import org.dmsc.schemas.Lanes;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.AuditRecord;
import org.dmsc.schemas.serde.AvroSerde;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a kill leaves of the sequencer's stores is wiped and made anew from their changelogs, by the same stream thread. The files of a running
 * sequencer, copied while nothing comes, are those that {@code kill -9} leaves; so each life here finds what a killed one left.
 */
final class AuditCrashIT {

    private static final int EVENTS = 1_000;
    /** Long ids, so that RocksDB writes what it holds in memory (4 MiB of a store) to disk, with the mark that the store is open. */
    private static final String LONG = "x".repeat(8_000);

    private static final int LIVES = 2;
    private static final int TENANTS = 12;
    private static final Duration MOST = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    @Test
    void itsThreadsOutliveAKillAndNothingIsDoubleOrMissing() throws Exception {
        try (EmbeddedKafka kafka = new EmbeddedKafka(BrokerSettings.loopback(folder.resolve("kafka")))) {
            kafka.start();
            try (StreamsWorld world = new StreamsWorld(kafka.bootstrapServers(), folder);
                    CommittedRecords log = new CommittedRecords(world.clients, TopicNames.AUDIT, found -> {});
                    Producer<String, byte[]> producer = world.clients.producer("events", new ByteArraySerializer())) {
                for (int life = 1; life <= LIVES; life++) {
                    live(world, producer, log, life * EVENTS);
                }

                numberedOnce(world, log);
            }
        }
    }

    /** One more life: everything from the first event on is written, what was written before once more, as writers do after a crash. */
    private void live(StreamsWorld world, Producer<String, byte[]> producer, CommittedRecords log, int events)
            throws InterruptedException {
        Path state = folder.resolve("audit");
        Path image = folder.resolve("image");
        try (AuditApp audit = world.audit()) {
            audit.start();
            assertThat(audit.awaitRunning(MOST)).as(audit.state()).isTrue();
            write(world, producer, events);
            until("all are in the log", () -> log.all().size() >= events);
            assertThat(audit.metrics().get("thread_deaths")).isZero();
            copy(state, image);
        }
        delete(state);
        copy(image, state);
        delete(image);
    }

    private static void write(StreamsWorld world, Producer<String, byte[]> producer, int events) {
        AvroSerde<AuditEvent> values = new AvroSerde<>(world.codec, AuditEvent.class);
        for (int i = 0; i < events; i++) {
            String tenant = tenant(i);
            AuditEvent event = AuditEvent.newBuilder()
                    .setEventId(id(i))
                    .setTenant(tenant)
                    .setTime(1)
                    .setKind(AuditKind.REFUSAL)
                    .setActor("anonymous@127.0.0.1")
                    .setNode("node-1")
                    .build();
            producer.send(new ProducerRecord<>(
                    TopicNames.AUDIT_INTAKE,
                    Lanes.of(tenant, StreamsWorld.LANES),
                    tenant,
                    values.serializer().serialize(TopicNames.AUDIT_INTAKE, event)));
        }
        producer.flush();
    }

    private static String id(int event) {
        return event + LONG;
    }

    /** One lane has most of them, and all lanes have some. */
    private static String tenant(int event) {
        return "tenant-" + (event % 10 == 0 ? event / 10 % TENANTS : 0);
    }

    private static void numberedOnce(StreamsWorld world, CommittedRecords log) {
        List<AuditRecord> all = log.all().stream()
                .map(found -> new AvroSerde<>(world.codec, AuditRecord.class)
                        .deserializer()
                        .deserialize("", found.value()))
                .toList();
        assertThat(all).hasSize(LIVES * EVENTS);
        assertThat(all.stream().map(leaf -> leaf.getEvent().getEventId()).collect(Collectors.toSet()))
                .isEqualTo(IntStream.range(0, LIVES * EVENTS)
                        .mapToObj(AuditCrashIT::id)
                        .collect(Collectors.toSet()));
        IntStream.range(0, TENANTS).mapToObj(AuditCrashIT::tenant).forEach(tenant -> {
            List<Long> indexes = new ArrayList<>();
            all.stream()
                    .filter(leaf -> leaf.getEvent().getTenant().equals(tenant))
                    .forEach(leaf -> indexes.add(leaf.getIndex()));
            assertThat(indexes)
                    .as(tenant)
                    .containsExactlyElementsOf(
                            LongStream.range(0, indexes.size()).boxed().toList());
        });
    }

    private static void copy(Path from, Path to) {
        each(from, Comparator.naturalOrder(), path -> {
            Path target = to.resolve(from.relativize(path).toString());
            if (Files.isDirectory(path)) {
                Files.createDirectories(target);
            } else {
                Files.copy(path, target);
            }
        });
    }

    private static void delete(Path folder) {
        each(folder, Comparator.reverseOrder(), Files::delete);
    }

    private interface Step {
        void on(Path path) throws IOException;
    }

    private static void each(Path folder, Comparator<Path> order, Step step) {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(order).toList()) {
                step.on(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void until(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + MOST.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + MOST.toSeconds() + " s: " + what);
            }
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
    }
}
