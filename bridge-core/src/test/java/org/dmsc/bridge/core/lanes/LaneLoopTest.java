package org.dmsc.bridge.core.lanes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.TopicPartition;
import org.dmsc.bridge.core.MutableClock;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The loop against consumers that do as they are told; the real ones are in the node's tests. */
@Timeout(60)
final class LaneLoopTest {

    private static final TopicPartition INBOX = new TopicPartition("dmsc.acme.inbox", 1);
    private static final TopicPartition LANE = new TopicPartition(TopicNames.LANES, 1);

    /** Commits land here; a test may have them refused. */
    private static final class Group extends MockConsumer<String, byte[]> {

        private final Map<TopicPartition, OffsetAndMetadata> offsets = new ConcurrentHashMap<>();
        private volatile boolean refusing;

        Group() {
            super("earliest");
        }

        @Override
        public synchronized void commitSync(Map<TopicPartition, OffsetAndMetadata> commit, Duration timeout) {
            if (refusing) {
                throw new CommitFailedException("not a member any more");
            }
            offsets.putAll(commit);
        }

        @Override
        public synchronized void commitAsync(
                Map<TopicPartition, OffsetAndMetadata> commit,
                org.apache.kafka.clients.consumer.OffsetCommitCallback callback) {
            if (!refusing) {
                offsets.putAll(commit);
                callback.onComplete(commit, null);
            } else {
                callback.onComplete(commit, new CommitFailedException("not a member any more"));
            }
        }

        @Override
        public synchronized Map<TopicPartition, OffsetAndMetadata> committed(
                Set<TopicPartition> partitions, Duration timeout) {
            Map<TopicPartition, OffsetAndMetadata> found = new ConcurrentHashMap<>(offsets);
            found.keySet().retainAll(partitions);
            return found;
        }
    }

    /** Keeps records open until the test ends them. */
    private static final class Work implements LaneWork {

        private final List<LaneRecord> taken = new CopyOnWriteArrayList<>();
        private final List<Set<Integer>> cut = new CopyOnWriteArrayList<>();
        private final List<Set<Integer>> lost = new CopyOnWriteArrayList<>();

        @Override
        public void take(LaneRecord record) {
            taken.add(record);
        }

        @Override
        public void tick() {}

        @Override
        public void leaving(Set<Integer> lanes) {}

        @Override
        public void cutOff(Set<Integer> lanes) {
            cut.add(lanes);
            taken.forEach(LaneRecord::end);
        }

        @Override
        public void lost(Set<Integer> lanes) {
            lost.add(lanes);
        }
    }

    private final Group group = new Group();
    private final MockConsumer<String, byte[]> inbox = new MockConsumer<>("earliest");
    private final Work work = new Work();
    private final MutableClock clock = new MutableClock(1_000_000);
    private final LaneLoop loop = new LaneLoop(new LaneClients(group, inbox, MockProducer::new), work, clock);

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    void readsTheInboxOfAnOwnedLaneAndCommitsWhatEnded() {
        own();
        deliver(0, 1, 2);
        until(() -> work.taken.size() == 3);

        work.taken.get(1).end();
        work.taken.get(0).end();
        tickUntil(() -> group.offsets.get(INBOX).offset() == 2);

        assertThat(work.taken).allMatch(record -> record.past() == LaneRecord.Past.FRESH);
        assertThat(LaneMark.parse(2, group.offsets.get(INBOX).metadata()))
                .contains(new LaneMark(LaneMark.Tenure.HELD, 3, List.of(2L)));
    }

    @Test
    void leavesInGoodOrderAndSaysSo() {
        own();
        deliver(0);
        until(() -> work.taken.size() == 1);
        work.taken.get(0).end();

        loop.close();

        assertThat(group.offsets.get(INBOX)).isEqualTo(new OffsetAndMetadata(1, "left 0"));
        assertThat(work.cut).isEmpty();
        assertThat(loop.lanes()).isEmpty();
    }

    @Test
    void deliversNothingOnceTheGroupRefusesItAfterAPause() {
        own();
        group.refusing = true;
        clock.advance(10_000);

        deliver(0);
        AtomicInteger later = new AtomicInteger();
        for (int i = 0; i < 5; i++) {
            inbox.schedulePollTask(later::incrementAndGet);
        }
        until(() -> later.get() == 5);

        assertThat(work.taken).isEmpty();
        assertThat(inbox.position(INBOX)).as("to be read again").isZero();
        group.refusing = false;
        deliver(0);
        tickUntil(() -> work.taken.size() == 1);
    }

    @Test
    void treatsWhatAKilledOwnerLeftAsUncertainAndSkipsWhatItEnded() {
        group.offsets.put(INBOX, new OffsetAndMetadata(0, new LaneMark(LaneMark.Tenure.HELD, 2, List.of(0L)).text()));
        inbox.updateEndOffsets(Map.of(INBOX, 3L));
        own();

        deliver(0, 1, 2, 3);
        until(() -> work.taken.size() == 3);

        assertThat(work.taken).extracting(LaneRecord::offset).containsExactly(0L, 2L, 3L);
        assertThat(work.taken)
                .extracting(LaneRecord::past)
                .containsExactly(LaneRecord.Past.UNCERTAIN, LaneRecord.Past.UNCERTAIN, LaneRecord.Past.FRESH);
    }

    private void own() {
        group.updateBeginningOffsets(Map.of(LANE, 0L));
        inbox.updateBeginningOffsets(Map.of(INBOX, 0L));
        group.schedulePollTask(() -> group.rebalance(List.of(LANE)));
        loop.tenants(Set.of(new TenantId("acme")));
        loop.start();
        until(() -> loop.lanes().equals(Set.of(1)));
    }

    private void deliver(long... offsets) {
        inbox.schedulePollTask(() -> {
            for (long offset : offsets) {
                inbox.addRecord(new ConsumerRecord<>(
                        INBOX.topic(), INBOX.partition(), offset, "agent", "x".getBytes(StandardCharsets.UTF_8)));
            }
        });
    }

    private void tickUntil(BooleanSupplier condition) {
        until(() -> {
            clock.advance(300);
            return condition.getAsBoolean();
        });
    }

    private static void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within 30 s");
            }
            LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
        }
    }
}
