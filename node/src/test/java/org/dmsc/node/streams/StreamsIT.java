package org.dmsc.node.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsc.node.streams.StreamsWorld.ACME;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.dmsc.node.kafka.BrokerSettings;
import org.dmsc.node.kafka.EmbeddedKafka;
import org.dmsc.registry.RegistryApp;
import org.dmsc.router.RouterApp;
import org.dmsc.router.audit.AuditApp;
import org.dmsc.router.task.StoredTaskRecord;
import org.dmsc.router.task.TaskSearch;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.AuditRecord;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.schemas.avro.TaskStateName;
import org.dmsc.schemas.serde.AvroSerde;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What no test driver can show: subscriptions that match nothing yet, transactions, takeover from changelogs, sealed disks. */
class StreamsIT {

    private static final Duration MOST = Duration.ofSeconds(90);
    private static final int TASKS = 120;

    @TempDir
    Path folder;

    private static void until(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + MOST.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + MOST.toSeconds() + " s: " + what);
            }
            Thread.onSpinWait();
            java.util.concurrent.locks.LockSupport.parkNanos(
                    Duration.ofMillis(5).toNanos());
        }
    }

    @Test
    void decidesEachTaskOnceThoughTheRouterStartsWithoutTenantsAndIsReplacedInTheMiddle() throws Exception {
        try (EmbeddedKafka kafka = new EmbeddedKafka(BrokerSettings.loopback(folder.resolve("kafka")))) {
            kafka.start();
            try (StreamsWorld world = new StreamsWorld(kafka.bootstrapServers(), folder);
                    RegistryApp registry = world.registry();
                    AuditApp audit = world.audit()) {
                registry.start();
                audit.start();
                run(world);
            }
        }
    }

    private void run(StreamsWorld world) throws InterruptedException {
        RouterApp first = world.router("router-1");
        first.start();
        StreamsWorld.awaitRunning(first);
        world.createTenant();
        world.register();
        until(
                "the agent is known",
                () -> world.agents.find(AgentRef.of("acme", StreamsWorld.CLERK)).isPresent());
        List<String> tasks = new ArrayList<>();
        try (CommittedRecords inbox = new CommittedRecords(
                        world.clients,
                        Channel.INBOX.of(ACME),
                        found -> world.complete(delivery(world, found.value())));
                CommittedRecords log = new CommittedRecords(world.clients, TopicNames.AUDIT, found -> {})) {
            submit(world, tasks, TASKS / 2);
            until("half of them are on their way", () -> inbox.all().size() >= TASKS / 4);
            first.close();
            submit(world, tasks, TASKS / 2);
            try (RouterApp second = world.router("router-2")) {
                second.start();
                until("all outcomes are in the log", () -> outcomes(world, log) >= TASKS);

                deliveredOnce(world, inbox, tasks);
                numberedWithoutAGap(world, log);
                answersFromTheStore(second, tasks);
                searchesItsOwnLanes(world, second, tasks);
                unreadableOnTopics(world);
            }
        }
    }

    private static void submit(StreamsWorld world, List<String> tasks, int count) {
        for (int i = 0; i < count; i++) {
            tasks.add(world.submit());
        }
    }

    private static Delivery delivery(StreamsWorld world, byte[] value) {
        return world.envelopes.routing(world.open(value), Delivery.class);
    }

    private static AuditRecord record(StreamsWorld world, byte[] value) {
        return new AvroSerde<>(world.codec, AuditRecord.class).deserializer().deserialize("", value);
    }

    private static long outcomes(StreamsWorld world, CommittedRecords log) {
        return log.all().stream()
                .filter(found -> record(world, found.value()).getEvent().getKind() == AuditKind.OUTCOME)
                .count();
    }

    private static void deliveredOnce(StreamsWorld world, CommittedRecords inbox, List<String> tasks) {
        assertThat(inbox.all())
                .extracting(found -> delivery(world, found.value()).getTaskId())
                .containsExactlyInAnyOrderElementsOf(tasks);
    }

    private static void numberedWithoutAGap(StreamsWorld world, CommittedRecords log) {
        List<AuditRecord> records =
                log.all().stream().map(found -> record(world, found.value())).toList();
        assertThat(records)
                .extracting(AuditRecord::getIndex)
                .containsExactlyElementsOf(
                        LongStream.range(0, records.size()).boxed().toList());
        assertThat(records).extracting(found -> found.getEvent().getEventId()).doesNotHaveDuplicates();
        for (AuditKind kind : List.of(AuditKind.TASK_ACCEPTED, AuditKind.DECISION, AuditKind.OUTCOME)) {
            assertThat(records)
                    .filteredOn(found -> found.getEvent().getKind() == kind)
                    .hasSize(TASKS);
        }
    }

    private static void answersFromTheStore(RouterApp router, List<String> tasks) {
        assertThat(tasks).allSatisfy(task -> {
            StoredTaskRecord found = router.find(ACME, task).orElseThrow();
            assertThat(found.state().getState()).isEqualTo(TaskStateName.COMPLETED);
            assertThat(found.events()).hasSizeGreaterThanOrEqualTo(2);
        });
    }

    /** Beside another router each finds what is in its own lanes, and together they find everything once. */
    private static void searchesItsOwnLanes(StreamsWorld world, RouterApp router, List<String> tasks)
            throws InterruptedException {
        TaskSearch all = new TaskSearch(
                ACME, "caller", Optional.empty(), Optional.empty(), OptionalLong.empty(), Optional.empty(), 1000, 1000);
        try (RouterApp beside = world.router("router-3")) {
            beside.start();
            until(
                    "both have lanes",
                    () -> Stream.of(router, beside)
                            .allMatch(one -> !one.searchHere(all).lanes().isEmpty()));
            until(
                    "each lane is at one of them",
                    () -> Stream.of(router, beside)
                            .flatMap(one -> one.searchHere(all).lanes().stream())
                            .sorted()
                            .toList()
                            .equals(IntStream.range(0, StreamsWorld.LANES)
                                    .boxed()
                                    .toList()));
            assertThat(Stream.of(router, beside)
                            .flatMap(one -> one.searchHere(all).found().tasks().stream())
                            .map(found -> found.state().getTaskId()))
                    .containsExactlyInAnyOrderElementsOf(tasks);
        }
    }

    /** Changelogs and registry: no word of a request or a card. */
    private static void unreadableOnTopics(StreamsWorld world) {
        List<String> topics = List.of(
                "dmsc-router-tasks-changelog", "dmsc-registry-agents-changelog", TopicNames.REGISTRY, TopicNames.AUDIT);
        try (var consumer = world.clients.reader("spy", new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = topics.stream()
                    .flatMap(topic -> consumer.partitionsFor(topic).stream())
                    .map(found -> new TopicPartition(found.topic(), found.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            int seen = 0;
            for (var found = consumer.poll(Duration.ofSeconds(5));
                    !found.isEmpty();
                    found = consumer.poll(Duration.ofSeconds(1))) {
                for (var entry : found) {
                    byte[] value = entry.value() == null ? new byte[0] : entry.value();
                    assertThat(new String(value, StandardCharsets.ISO_8859_1)).doesNotContain("zebra", "invoices");
                    seen++;
                }
            }
            assertThat(seen).isGreaterThan(TASKS);
        }
    }
}
