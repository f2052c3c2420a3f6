package org.dmsc.bridge.core.lanes;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.dmsc.bridge.core.lanes.LaneRecord.Past;
import org.dmsc.bridge.core.lanes.LaneRecord.PutBack;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames.Channel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The inbox partitions that are read here: those of the owned lanes, of every tenant. Lane loop's thread only. */
final class InboxReader {

    private static final Logger LOG = LoggerFactory.getLogger(InboxReader.class);

    /** Records that have begun and not ended at which reading pauses; each holds its payload in memory. */
    private static final int MOST_OPEN = 1024;

    private static final Duration WITHIN = Duration.ofSeconds(3);

    private final Consumer<String, byte[]> inbox;
    private final LaneOffsets offsets;
    private final PutBack putBack;
    private final Map<TopicPartition, HeldPartition> held = new LinkedHashMap<>();
    private boolean paused;

    InboxReader(Consumer<String, byte[]> inbox, LaneOffsets offsets, PutBack putBack) {
        this.inbox = inbox;
        this.offsets = offsets;
        this.putBack = putBack;
    }

    Collection<HeldPartition> held() {
        return held.values();
    }

    List<HeldPartition> heldOf(Set<Integer> lanes) {
        return held.values().stream()
                .filter(one -> lanes.contains(one.partition().partition()))
                .toList();
    }

    /** Reads exactly these lanes of these tenants from now on. False when a new one could not be taken over: try again. */
    boolean follow(Set<Integer> lanes, Set<TenantId> tenants) {
        Set<TopicPartition> wanted = new HashSet<>();
        for (TenantId tenant : tenants) {
            lanes.forEach(lane -> wanted.add(new TopicPartition(Channel.INBOX.of(tenant), lane)));
        }
        boolean fewer = held.keySet().removeIf(partition -> !wanted.contains(partition));
        wanted.removeAll(held.keySet());
        if (fewer) {
            assign();
        }
        return wanted.isEmpty() || takeOver(wanted);
    }

    /** An owner commits before it reads: that nothing is committed then means that nobody ever owned the partition. */
    private boolean takeOver(Set<TopicPartition> partitions) {
        Map<TopicPartition, Optional<OffsetAndMetadata>> committed = offsets.committed(partitions);
        Set<TopicPartition> unclear = partitions.stream()
                .filter(partition -> Takeover.needsEnd(committed.getOrDefault(partition, Optional.empty())))
                .collect(Collectors.toSet());
        Map<TopicPartition, Long> ends = unclear.isEmpty() ? Map.of() : inbox.endOffsets(unclear, WITHIN);
        Map<HeldPartition, LaneMark> marks = new HashMap<>();
        for (TopicPartition partition : partitions) {
            Takeover takeover =
                    Takeover.of(committed.getOrDefault(partition, Optional.empty()), ends.getOrDefault(partition, 0L));
            HeldPartition taken = new HeldPartition(partition, takeover);
            marks.put(taken, taken.firstMark());
        }
        if (!offsets.commitNow(marks)) {
            return false;
        }
        marks.keySet().forEach(taken -> held.put(taken.partition(), taken));
        assign();
        marks.keySet()
                .forEach(taken -> inbox.seek(taken.partition(), taken.takeover().start()));
        LOG.atDebug()
                .addKeyValue("partitions", partitions.size())
                .addKeyValue("unclear", unclear.size())
                .log("taken over");
        return true;
    }

    private void assign() {
        inbox.assign(new ArrayList<>(held.keySet()));
        paused = false;
    }

    /** Stops reading these lanes. */
    void drop(Set<Integer> lanes) {
        if (held.keySet().removeIf(partition -> lanes.contains(partition.partition()))) {
            assign();
        }
    }

    /** What is new; nothing while too much is open. MUST only be called while something is held. */
    ConsumerRecords<String, byte[]> poll(Duration atMost) {
        int open = held.values().stream().mapToInt(one -> one.tracker().open()).sum();
        if (!paused && open >= MOST_OPEN) {
            inbox.pause(inbox.assignment());
            paused = true;
        } else if (paused && open <= MOST_OPEN / 2) {
            inbox.resume(inbox.assignment());
            paused = false;
        }
        return inbox.poll(atMost);
    }

    /** Begins a record; empty when it is not to be acted on here. */
    Optional<LaneRecord> begin(ConsumerRecord<String, byte[]> consumed) {
        HeldPartition partition = held.get(new TopicPartition(consumed.topic(), consumed.partition()));
        if (partition == null || consumed.offset() < partition.tracker().next()) {
            return Optional.empty();
        }
        partition.tracker().begin(consumed.offset());
        Takeover.Past past = partition.takeover().past(consumed.offset());
        if (past == Takeover.Past.DONE) {
            partition.tracker().end(consumed.offset());
            return Optional.empty();
        }
        Past told = past == Takeover.Past.FRESH ? Past.FRESH : Past.UNCERTAIN;
        return Optional.of(new LaneRecord(consumed, told, partition.tracker(), putBack));
    }

    /** Reads again what was polled and not begun. */
    void rewind() {
        held.values().forEach(one -> inbox.seek(one.partition(), one.tracker().next()));
    }

    void close() {
        inbox.close();
    }
}
