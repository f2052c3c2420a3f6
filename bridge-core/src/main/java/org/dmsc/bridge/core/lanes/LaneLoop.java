package org.dmsc.bridge.core.lanes;

import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of a gateway's lanes (design 6, 14.3 to 14.6): member of the group that shares the lanes, reader of the inboxes behind them.
 *
 * <pre>
 *   turn:  lanes consumer polls (assigned, revoked, lost) ▸ take over or drop partitions ▸ inboxes poll ▸ owned for certain? ▸ work ▸ commit
 *   assigned   read the last owner's marks, commit our own, read from there
 *   revoked    stop, wait for what is under way, end the rest as failed, commit "left"
 *   lost       forget; nothing may be delivered or committed
 * </pre>
 */
public final class LaneLoop implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LaneLoop.class);

    /** How long one turn waits for records; deliveries that wait for something are looked at this often. */
    private static final Duration POLL = Duration.ofMillis(20);

    private static final Duration HAND_OVER = Duration.ofSeconds(3);
    private static final Duration CUT_OFF = Duration.ofSeconds(2);
    private static final Duration STUCK = Duration.ofSeconds(5);
    private static final long AFTER_FAULT_MS = 200;

    /** A loop that stood still this long must ask whether it still owns anything (design 14.3). */
    private static final Duration GAP = Duration.ofSeconds(3);

    private final LaneClients clients;
    private final LaneWork work;
    private final Clock clock;
    private final LaneOffsets offsets;
    private final InboxReader reader;
    private final PutBackInTransaction putBack;
    private final List<Consumer<Set<Integer>>> listeners = new CopyOnWriteArrayList<>();
    private final List<Runnable> everyTurn = new CopyOnWriteArrayList<>();
    private final Set<Integer> owned = new TreeSet<>();
    private final Thread thread;
    private volatile Set<TenantId> tenants = Set.of();
    private volatile Set<Integer> lanes = Set.of();
    private volatile boolean settled;
    private volatile boolean closing;
    private volatile long lastTurn;
    private Set<TenantId> followed = Set.of();

    public LaneLoop(LaneClients clients, LaneWork work, Clock clock) {
        this.clients = clients;
        this.work = work;
        this.clock = clock;
        this.offsets = new LaneOffsets(clients.lanes(), clock);
        this.putBack = new PutBackInTransaction(clients.putBack(), clients.lanes());
        this.reader = new InboxReader(clients.inbox(), offsets, putBack);
        this.thread = new Thread(this::run, "dmsc-lanes");
        this.thread.setDaemon(true);
    }

    /** Joins the group; returns at once. */
    public void start() {
        putBack.prepare();
        thread.start();
    }

    /** The lanes that are owned and being read. */
    public Set<Integer> lanes() {
        return lanes;
    }

    /** Whether the thread goes round, owns a lane and reads everything it should. */
    public boolean ready() {
        return thread.isAlive() && settled && !lanes.isEmpty() && !stuck();
    }

    /** Whether the thread has not gone round for long, or is gone. */
    public boolean stuck() {
        return !thread.isAlive() || clock.millis() - lastTurn > STUCK.toMillis();
    }

    /** Tells about each change of the lanes, on the loop's thread. */
    public void onLanes(Consumer<Set<Integer>> listener) {
        listeners.add(listener);
    }

    /** Runs on each turn: what must stop when the loop does. MUST NOT block. */
    public void onTurn(Runnable task) {
        everyTurn.add(task);
    }

    /** The tenants whose inboxes are read. Any thread. */
    public void tenants(Set<TenantId> now) {
        tenants = Set.copyOf(now);
    }

    @Override
    public void close() {
        closing = true;
        if (thread.isAlive()) {
            try {
                thread.join(HAND_OVER.plus(CUT_OFF).plusSeconds(5).toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void run() {
        try {
            lastTurn = clock.millis();
            clients.lanes().subscribe(List.of(TopicNames.LANES), new Rebalances());
            while (!closing) {
                turnOrPause();
            }
            handOver(Set.copyOf(owned), this::commitPatiently);
        } catch (InterruptException | InterruptedException e) {
            LOG.atInfo().log("lane loop interrupted");
        } finally {
            settled = false;
            lanes = Set.of();
            clients.lanes().close();
            reader.close();
            putBack.close();
        }
    }

    private void turnOrPause() throws InterruptedException {
        try {
            turn();
            lastTurn = clock.millis();
        } catch (InterruptException e) {
            throw e;
        } catch (RuntimeException e) {
            settled = false;
            LOG.atError().setCause(e).log("a turn of the lane loop failed, going on");
            TimeUnit.MILLISECONDS.sleep(AFTER_FAULT_MS);
        }
    }

    private void turn() {
        long now = clock.millis();
        if (now - lastTurn > GAP.toMillis() || now < lastTurn) {
            offsets.lost();
        }
        boolean idle = reader.held().isEmpty();
        clients.lanes().poll(idle ? POLL : Duration.ZERO);
        follow();
        if (!reader.held().isEmpty()) {
            ConsumerRecords<String, byte[]> batch = reader.poll(POLL);
            act(batch);
            offsets.tick(reader.held());
        }
        everyTurn.forEach(Runnable::run);
    }

    private void follow() {
        Set<TenantId> wanted = tenants;
        if (!settled || !followed.equals(wanted)) {
            settled = reader.follow(Set.copyOf(owned), wanted);
            followed = wanted;
        }
        if (settled && !lanes.equals(owned)) {
            lanes = Set.copyOf(owned);
            LOG.atInfo().addKeyValue("lanes", lanes).log("lanes of this gateway");
            listeners.forEach(listener -> listener.accept(lanes));
        }
    }

    /** Asks before every record: a process may be stopped between any two. */
    private void act(ConsumerRecords<String, byte[]> batch) {
        if (offsets.fresh(reader.held())) {
            work.tick();
        }
        for (ConsumerRecord<String, byte[]> consumed : batch) {
            if (!offsets.fresh(reader.held())) {
                reader.rewind();
                return;
            }
            take(consumed);
        }
    }

    private void take(ConsumerRecord<String, byte[]> consumed) {
        reader.begin(consumed).ifPresent(record -> {
            try {
                work.take(record);
            } catch (RuntimeException e) {
                LOG.atError()
                        .addKeyValue("topic", record.topic())
                        .addKeyValue("partition", record.lane())
                        .addKeyValue("offset", record.offset())
                        .setCause(e)
                        .log("record set aside: acting on it failed");
                record.end();
            }
        });
    }

    /** Gives lanes up in good order. */
    private void handOver(Set<Integer> leaving, Predicate<Map<HeldPartition, LaneMark>> commit)
            throws InterruptedException {
        if (leaving.isEmpty()) {
            return;
        }
        List<HeldPartition> partitions = reader.heldOf(leaving);
        work.leaving(leaving);
        if (!awaitIdle(partitions, HAND_OVER)) {
            work.cutOff(leaving);
            awaitIdle(partitions, CUT_OFF);
        }
        Map<HeldPartition, LaneMark> marks = new HashMap<>();
        partitions.forEach(partition -> marks.put(partition, partition.leaveMark()));
        boolean clean = commit.test(marks);
        LOG.atInfo().addKeyValue("lanes", leaving).addKeyValue("clean", clean).log("lanes handed over");
        forget(leaving);
    }

    /** A rebalance that is going on refuses commits until it has ended, which takes polls; MUST NOT be called from a rebalance's callback. */
    private boolean commitPatiently(Map<HeldPartition, LaneMark> marks) {
        long deadline = System.nanoTime() + HAND_OVER.toNanos();
        while (!offsets.commitNow(marks)) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            clients.lanes().poll(POLL);
        }
        return true;
    }

    private boolean awaitIdle(List<HeldPartition> partitions, Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        for (HeldPartition partition : partitions) {
            long left = Math.max(0, (deadline - System.nanoTime()) / 1_000_000L);
            if (!partition.tracker().awaitIdle(left)) {
                return false;
            }
        }
        return true;
    }

    private void forget(Set<Integer> gone) {
        owned.removeAll(gone);
        reader.drop(gone);
        lanes = Set.copyOf(owned);
        listeners.forEach(listener -> listener.accept(lanes));
    }

    /** Called inside the lanes consumer's poll, so on the loop's thread. */
    private final class Rebalances implements ConsumerRebalanceListener {

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            if (owned.addAll(numbers(partitions))) {
                settled = false;
            }
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            try {
                Set<Integer> leaving = numbers(partitions);
                leaving.retainAll(owned);
                handOver(leaving, offsets::commitNow);
            } catch (InterruptedException e) {
                throw new InterruptException(e);
            }
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            Set<Integer> gone = numbers(partitions);
            LOG.atWarn().addKeyValue("lanes", gone).log("lanes lost: another gateway may own them already");
            offsets.lost();
            work.lost(gone);
            forget(gone);
        }

        private Set<Integer> numbers(Collection<TopicPartition> partitions) {
            return partitions.stream().map(TopicPartition::partition).collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
