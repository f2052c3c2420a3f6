package org.dmsc.bridge.core.trail;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;
import org.dmsc.bridge.core.AuditQuery;
import org.dmsc.bridge.core.AuditQuery.Slice;
import org.dmsc.bridge.core.trail.IndexFile.Reach;
import org.dmsc.schemas.Lanes;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.AuditRecord;

/**
 * One reading of {@code dmsc.audit}. A time range is found by Kafka's index of timestamps; the newest records are looked for from the end, in
 * growing steps; a block that lacks a wanted word, as the index knows, is not
 * read, and a record that lacks it not decoded. Not thread-safe.
 */
final class AuditScan {

    private static final Duration WITHIN = Duration.ofSeconds(30);
    private static final Duration PAGE_WITHIN = Duration.ofSeconds(8);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final long FIRST_STEP = 2000;
    private static final int GROWTH = 4;
    private static final Comparator<AuditRecord> BY_TIME = Comparator.comparingLong(AuditRecord::getSequencedAt);

    private final Consumer<String, byte[]> reader;
    private final Deserializer<AuditRecord> values;
    private final Clock clock;
    private final Optional<String> tenant;
    private final List<TopicPartition> partitions;
    private final Optional<AuditIndex> index;
    private Map<Integer, List<Reach>> reaches = Map.of();

    AuditScan(
            Consumer<String, byte[]> reader,
            Deserializer<AuditRecord> values,
            Clock clock,
            Optional<TenantId> tenant,
            Optional<AuditIndex> index) {
        this.index = index;
        this.reader = reader;
        this.values = values;
        this.clock = clock;
        this.tenant = tenant.map(TenantId::value);
        int count = reader.partitionsFor(TopicNames.AUDIT, WITHIN).size();
        // A tenant's records are all in one partition.
        this.partitions = IntStream.range(0, count)
                .filter(one -> this.tenant.isEmpty() || Lanes.of(this.tenant.get(), count) == one)
                .mapToObj(one -> new TopicPartition(TopicNames.AUDIT, one))
                .toList();
        reader.assign(partitions);
    }

    /** The newest that match, oldest first. */
    List<AuditRecord> newest(Set<String> words, Predicate<AuditRecord> wanted, int most) {
        lookUp(words);
        Map<TopicPartition, Long> high = new HashMap<>(reader.endOffsets(partitions, WITHIN));
        Map<TopicPartition, Long> begin = reader.beginningOffsets(partitions, WITHIN);
        List<AuditRecord> found = new ArrayList<>();
        long deadline = clock.millis() + WITHIN.toMillis();
        for (long step = Math.max(FIRST_STEP, 2L * most); found.size() < most && isBelow(begin, high); step *= GROWTH) {
            Map<TopicPartition, Long> low = new HashMap<>();
            for (TopicPartition one : partitions) {
                low.put(one, Math.max(at(begin, one), at(high, one) - step));
            }
            found.addAll(0, between(low, high, new Wanted(words, wanted), deadline));
            high = low;
        }
        found.sort(BY_TIME);
        return found.subList(Math.max(0, found.size() - most), found.size());
    }

    private List<AuditRecord> between(
            Map<TopicPartition, Long> low, Map<TopicPartition, Long> high, Wanted wanted, long deadline) {
        List<AuditRecord> found = new ArrayList<>();
        Map<TopicPartition, Long> next = new HashMap<>(low);
        go(next, high);
        while (isBelow(next, high)) {
            if (clock.millis() > deadline) {
                throw new RefusedException(
                        Refusal.UNAVAILABLE, "reading the audit log took longer than " + WITHIN.toSeconds() + " s");
            }
            for (ConsumerRecord<String, byte[]> read : reader.poll(POLL)) {
                TopicPartition one = new TopicPartition(read.topic(), read.partition());
                if (read.offset() < at(high, one)) {
                    decoded(read, wanted.words()).filter(wanted.which()).ifPresent(found::add);
                }
            }
            next.replaceAll((one, before) -> at(before, high, one));
            go(next, high);
        }
        return found;
    }

    private record Wanted(Set<String> words, Predicate<AuditRecord> which) {

        Wanted {
            words = AuditQuery.literal(words);
        }
    }

    /** How far a partition was read; one that was read to its stop is not asked any more. */
    private long at(long before, Map<TopicPartition, Long> stop, TopicPartition one) {
        return before < at(stop, one) ? reader.position(one, WITHIN) : before;
    }

    private void lookUp(Set<String> words) {
        if (words.isEmpty()) {
            return;
        }
        Map<Integer, List<Reach>> known = new HashMap<>();
        index.ifPresent(there -> partitions.forEach(
                one -> there.reaches(one.partition(), words).ifPresent(found -> known.put(one.partition(), found))));
        reaches = known;
    }

    /** The reader goes to the next places where something may be; nothing more is fetched of partitions that are done. */
    private void go(Map<TopicPartition, Long> next, Map<TopicPartition, Long> stop) {
        for (TopicPartition one : partitions) {
            long from = at(next, one);
            long to = Math.min(at(stop, one), Math.max(from, reachable(one.partition(), from)));
            next.put(one, to);
            if (to >= at(stop, one)) {
                reader.pause(List.of(one));
                continue;
            }
            reader.resume(List.of(one));
            if (reader.position(one, WITHIN) != to) {
                reader.seek(one, to);
            }
        }
    }

    private long reachable(int partition, long from) {
        return reaches.getOrDefault(partition, List.of()).stream()
                .filter(reach -> reach.to() > from)
                .mapToLong(Reach::from)
                .findFirst()
                .orElse(from);
    }

    /** A page, oldest first. */
    Slice page(AuditQuery query) {
        lookUp(query.words());
        Wanted wanted = new Wanted(query.words(), query.wanted());
        Map<TopicPartition, Long> ends = reader.endOffsets(partitions, WITHIN);
        Map<TopicPartition, Long> next = start(query, ends);
        Map<TopicPartition, Long> stop = stop(query, ends);
        List<AuditRecord> found = new ArrayList<>();
        next.forEach(reader::seek);
        go(next, stop);
        long deadline = clock.millis() + PAGE_WITHIN.toMillis();
        while (isBelow(next, stop) && found.size() < query.limit() && clock.millis() < deadline) {
            ConsumerRecords<String, byte[]> batch = reader.poll(POLL);
            for (TopicPartition one : partitions) {
                if (at(next, one) < at(stop, one)) {
                    Taking taking = new Taking(one, at(stop, one), query.limit());
                    boolean all = take(batch.records(one), taking, wanted, found, next);
                    next.compute(one, (same, offset) -> all ? reader.position(one, WITHIN) : offset);
                }
            }
            go(next, stop);
        }
        found.sort(BY_TIME);
        Map<Integer, Long> cursor = new HashMap<>();
        next.forEach((one, offset) -> cursor.put(one.partition(), offset));
        return new Slice(found, AuditCursor.of(cursor), !isBelow(next, stop));
    }

    private record Taking(TopicPartition one, long stop, int limit) {}

    /** Whether all of them were looked at; if not, the place of the first that was not is noted. */
    private boolean take(
            List<ConsumerRecord<String, byte[]>> batch,
            Taking taking,
            Wanted wanted,
            List<AuditRecord> found,
            Map<TopicPartition, Long> next) {
        for (ConsumerRecord<String, byte[]> read : batch) {
            if (found.size() >= taking.limit()) {
                next.put(taking.one(), read.offset());
                return false;
            }
            if (read.offset() < taking.stop()) {
                decoded(read, wanted.words()).filter(wanted.which()).ifPresent(found::add);
            }
        }
        return true;
    }

    private Map<TopicPartition, Long> start(AuditQuery query, Map<TopicPartition, Long> ends) {
        if (query.cursor().filter(AuditQuery.END::equals).isPresent()) {
            return new HashMap<>(ends);
        }
        if (query.cursor().isEmpty()) {
            return offsets(query.span().since(), ends);
        }
        Map<Integer, Long> given = AuditCursor.parse(query.cursor().get());
        Map<TopicPartition, Long> begin = reader.beginningOffsets(partitions, WITHIN);
        Map<TopicPartition, Long> start = new HashMap<>();
        for (TopicPartition one : partitions) {
            long wished = given.getOrDefault(one.partition(), 0L);
            start.put(one, Math.min(Math.max(wished, at(begin, one)), at(ends, one)));
        }
        return start;
    }

    private Map<TopicPartition, Long> stop(AuditQuery query, Map<TopicPartition, Long> ends) {
        return query.span().until() == Long.MAX_VALUE
                ? ends
                : offsets(query.span().until(), ends);
    }

    private Map<TopicPartition, Long> offsets(long time, Map<TopicPartition, Long> ends) {
        Map<TopicPartition, Long> asked = new HashMap<>();
        partitions.forEach(one -> asked.put(one, time));
        Map<TopicPartition, OffsetAndTimestamp> found = reader.offsetsForTimes(asked, WITHIN);
        Map<TopicPartition, Long> offsets = new HashMap<>();
        for (TopicPartition one : partitions) {
            OffsetAndTimestamp at = found.get(one);
            offsets.put(one, at == null ? at(ends, one) : at.offset());
        }
        return offsets;
    }

    private Optional<AuditRecord> decoded(ConsumerRecord<String, byte[]> read, Set<String> words) {
        byte[] value = read.value();
        if (value == null
                || tenant.filter(one -> !one.equals(read.key())).isPresent()
                || words.stream().anyMatch(word -> !contains(value, word.getBytes(StandardCharsets.UTF_8)))) {
            return Optional.empty();
        }
        return Optional.of(values.deserialize(read.topic(), value));
    }

    private static boolean contains(byte[] text, byte[] word) {
        for (int i = 0; i + word.length <= text.length; i++) {
            int same = 0;
            while (same < word.length && text[i + same] == word[same]) {
                same++;
            }
            if (same == word.length) {
                return true;
            }
        }
        return false;
    }

    private boolean isBelow(Map<TopicPartition, Long> some, Map<TopicPartition, Long> others) {
        return partitions.stream().anyMatch(one -> at(some, one) < at(others, one));
    }

    private static long at(Map<TopicPartition, Long> offsets, TopicPartition one) {
        return offsets.getOrDefault(one, 0L);
    }
}
