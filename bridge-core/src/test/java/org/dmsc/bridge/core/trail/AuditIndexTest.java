package org.dmsc.bridge.core.trail;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;
import org.dmsc.bridge.core.AuditQuery;
import org.dmsc.bridge.core.AuditQuery.Span;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.AuditRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AuditIndexTest {

    private static final TopicPartition LOG = new TopicPartition(TopicNames.AUDIT, 0);
    private static final int RECORDS = 50_000;
    private static final int OF_ONE_TASK = 10;
    private static final TenantId ACME = new TenantId("acme");

    private static final List<ConsumerRecord<String, byte[]>> RECORDED = IntStream.range(0, RECORDS)
            .mapToObj(i -> new ConsumerRecord<>(
                    TopicNames.AUDIT,
                    0,
                    i,
                    "acme",
                    ("task-" + i / OF_ONE_TASK + "|agent-" + i % 3 + "|" + i).getBytes(StandardCharsets.UTF_8)))
            .toList();

    @TempDir
    Path folder;

    private final AtomicInteger handedOut = new AtomicInteger();
    private volatile CountDownLatch caughtUp = new CountDownLatch(1);
    private final Deserializer<AuditRecord> values = (topic, bytes) -> {
        String text = new String(bytes, StandardCharsets.UTF_8);
        int index = Integer.parseInt(text.substring(text.lastIndexOf('|') + 1));
        return new AuditRecord(
                (long) index,
                0L,
                AuditEvent.newBuilder()
                        .setEventId(text)
                        .setTenant("acme")
                        .setTime(0)
                        .setKind(index == 31_337 ? AuditKind.REVOKED : AuditKind.DECISION)
                        .setActor("spiffe://acme.fabric/agent/agent-" + index % 3 + "/i/1")
                        .setNode("n")
                        .setTaskId(text.substring(0, text.indexOf('|')))
                        .build());
    };
    private AuditIndex index;

    private final class Log extends MockConsumer<String, byte[]> {

        Log() {
            super("earliest");
            updatePartitions(
                    TopicNames.AUDIT,
                    List.of(new PartitionInfo(TopicNames.AUDIT, 0, Node.noNode(), new Node[0], new Node[0])));
            updateBeginningOffsets(Map.of(LOG, 0L));
            updateEndOffsets(Map.of(LOG, (long) RECORDS));
        }

        @Override
        public synchronized Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(
                Map<TopicPartition, Long> times, Duration timeout) {
            return Map.of(LOG, new OffsetAndTimestamp(0, 0));
        }

        @Override
        public synchronized ConsumerRecords<String, byte[]> poll(Duration timeout) {
            int from = (int) position(LOG);
            if (from == RECORDS) {
                caughtUp.countDown();
            }
            List<ConsumerRecord<String, byte[]>> next = RECORDED.subList(from, Math.min(RECORDS, from + 500));
            handedOut.addAndGet(next.size());
            seek(LOG, from + next.size());
            return new ConsumerRecords<>(Map.of(LOG, next), Map.of());
        }
    }

    @BeforeEach
    void readTheLog() throws InterruptedException {
        caughtUp = new CountDownLatch(1);
        index = new AuditIndex(folder, Log::new, values, Duration.ZERO);
        index.start();
        assertThat(caughtUp.await(60, TimeUnit.SECONDS)).isTrue();
        index.close();
        handedOut.set(0);
    }

    private AuditScan scan(AuditIndex with) {
        return new AuditScan(new Log(), values, Clock.systemUTC(), Optional.of(ACME), Optional.of(with));
    }

    private List<Long> find(Set<String> words, java.util.function.Predicate<AuditRecord> wanted) {
        return scan(index)
                .page(new AuditQuery(Optional.of(ACME), wanted, words, Span.ALL, Optional.empty(), 1000))
                .records()
                .stream()
                .map(AuditRecord::getIndex)
                .toList();
    }

    @Test
    void findsATaskWithoutReadingTheLog() {
        assertThat(find(Set.of("task-1234"), ofTask("task-1234")))
                .containsExactlyElementsOf(
                        IntStream.range(12_340, 12_350).mapToObj(i -> (long) i).toList());
        assertThat(handedOut).hasValueLessThan(RECORDS / 10);
        assertThat(find(Set.of("task-4999"), ofTask("task-4999")))
                .as("what is behind the last whole block")
                .hasSize(OF_ONE_TASK);
    }

    @Test
    void findsTheOneRecordOfARareKindAndTheNewestOfATask() {
        assertThat(find(
                        Set.of(AuditQuery.ofKind(AuditKind.REVOKED)),
                        record -> record.getEvent().getKind() == AuditKind.REVOKED))
                .containsExactly(31_337L);
        assertThat(scan(index).newest(Set.of("task-7"), ofTask("task-7"), 3))
                .extracting(AuditRecord::getIndex)
                .containsExactly(77L, 78L, 79L);
        assertThat(handedOut).hasValueLessThan(RECORDS / 5);
    }

    @Test
    void hidesNothing() {
        for (int agent = 0; agent < 3; agent++) {
            String name = "agent-" + agent;
            assertThat(scan(index)
                            .newest(
                                    Set.of(name),
                                    record -> record.getEvent().getActor().contains(name),
                                    RECORDS))
                    .hasSize((RECORDS + 2 - agent) / 3);
        }
    }

    @Test
    void aDamagedFileIsMadeAnew() throws Exception {
        Path file = folder.resolve("0.blocks");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 7));

        IndexFile cut = new IndexFile(file);
        assertThat(cut.end()).isBetween(1L, (long) RECORDS / 2 + AuditIndex.BLOCK);
        readTheLog();

        assertThat(find(Set.of("task-4000"), ofTask("task-4000"))).hasSize(OF_ONE_TASK);
        assertThat(new IndexFile(file).end()).isEqualTo(RECORDS / AuditIndex.BLOCK * AuditIndex.BLOCK);
    }

    private static java.util.function.Predicate<AuditRecord> ofTask(String task) {
        return record -> task.equals(record.getEvent().getTaskId());
    }
}
