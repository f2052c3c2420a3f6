package org.dmsc.bridge.core.trail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
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
import org.dmsc.bridge.core.AuditQuery.Slice;
import org.dmsc.bridge.core.AuditQuery.Span;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.AuditRecord;
import org.junit.jupiter.api.Test;

class AuditScanTest {

    private static final TopicPartition LOG = new TopicPartition(TopicNames.AUDIT, 0);
    private static final int RECORDS = 10_000;
    private static final TenantId ACME = new TenantId("acme");

    private final List<ConsumerRecord<String, byte[]>> records = IntStream.range(0, RECORDS)
            .mapToObj(i -> new ConsumerRecord<>(
                    TopicNames.AUDIT,
                    0,
                    i,
                    i % 2 == 0 ? "acme" : "beta",
                    (i + " task-" + i % 100 + ".").getBytes(StandardCharsets.UTF_8)))
            .toList();
    private int decoded;

    /** Hands out 500 at a time; the record at offset n was written at time 10 n. */
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
        public synchronized ConsumerRecords<String, byte[]> poll(Duration timeout) {
            int from = (int) position(LOG);
            List<ConsumerRecord<String, byte[]>> next = records.subList(from, Math.min(RECORDS, from + 500));
            seek(LOG, from + next.size());
            return new ConsumerRecords<>(Map.of(LOG, new ArrayList<>(next)), Map.of());
        }

        @Override
        public synchronized Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(
                Map<TopicPartition, Long> times, Duration timeout) {
            Map<TopicPartition, OffsetAndTimestamp> found = new HashMap<>();
            times.forEach((one, time) -> {
                long offset = (time + 9) / 10;
                if (offset < RECORDS) {
                    found.put(one, new OffsetAndTimestamp(offset, offset * 10));
                }
            });
            return found;
        }
    }

    private final Deserializer<AuditRecord> values = (topic, bytes) -> {
        decoded++;
        String text = new String(bytes, StandardCharsets.UTF_8);
        long index = Long.parseLong(text.substring(0, text.indexOf(' ')));
        return new AuditRecord(
                index,
                index * 10,
                AuditEvent.newBuilder()
                        .setEventId(text)
                        .setTenant(index % 2 == 0 ? "acme" : "beta")
                        .setTime(0)
                        .setKind(AuditKind.DECISION)
                        .setActor("a")
                        .setNode("n")
                        .build());
    };

    private AuditScan scan() {
        return new AuditScan(new Log(), values, Clock.systemUTC(), Optional.of(ACME), Optional.empty());
    }

    private static AuditQuery query(Predicate<AuditRecord> wanted, Set<String> words, Span span, int limit) {
        return new AuditQuery(Optional.of(ACME), wanted, words, span, Optional.empty(), limit);
    }

    @Test
    void findsTheNewestWithoutReadingTheRest() {
        List<AuditRecord> found = scan().newest(Set.of(), record -> true, 3);

        assertThat(found).extracting(AuditRecord::getIndex).containsExactly(9994L, 9996L, 9998L);
        assertThat(decoded).isLessThan(RECORDS / 4);
    }

    @Test
    void looksFurtherBackForWhatIsRare() {
        assertThat(scan().newest(Set.of(), record -> record.getIndex() == 42, 3))
                .extracting(AuditRecord::getIndex)
                .containsExactly(42L);
    }

    @Test
    void pagesSayEachRecordOnce() {
        AuditQuery query = query(record -> true, Set.of(), Span.ALL, 700);
        List<Long> indexes = new ArrayList<>();
        Slice slice = scan().page(query);
        slice.records().forEach(record -> indexes.add(record.getIndex()));
        while (!slice.last()) {
            slice = scan().page(query.after(slice.cursor()));
            slice.records().forEach(record -> indexes.add(record.getIndex()));
        }

        assertThat(indexes)
                .containsExactlyElementsOf(
                        IntStream.range(0, RECORDS / 2).mapToObj(i -> 2L * i).toList());
    }

    @Test
    void aTimeRangeIsReadFromItsBegin() {
        Slice slice = scan().page(query(record -> true, Set.of(), new Span(99_000, 99_060), 100));

        assertThat(slice.records()).extracting(AuditRecord::getIndex).containsExactly(9900L, 9902L, 9904L);
        assertThat(slice.last()).isTrue();
        assertThat(decoded).isEqualTo(3);
    }

    @Test
    void decodesOnlyWhatHasTheWords() {
        Slice slice = scan().page(query(record -> true, Set.of("task-42."), Span.ALL, 1000));

        assertThat(slice.records()).hasSize(RECORDS / 100);
        assertThat(decoded).isEqualTo(RECORDS / 100);
    }

    @Test
    void theEndIsAPlaceToGoOnFrom() {
        AuditQuery query = query(record -> true, Set.of(), Span.ALL, 10);

        assertThat(scan().page(query.after(AuditQuery.END))).isEqualTo(new Slice(List.of(), "0-" + RECORDS, true));
        assertThatThrownBy(() -> scan().page(query.after("0-1;drop"))).isInstanceOf(RefusedException.class);
    }
}
