package org.dmsc.bridge.core.watch;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames.Channel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that reads events, from the end on and without committing: of owned lanes always, of foreign lanes while somebody here waits for
 * a task there (design 6). The way from Kafka to a listener is this one loop, with no hop; records nobody waits for are not even opened.
 */
public final class EventFeed implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EventFeed.class);

    private static final Duration POLL = Duration.ofMillis(100);

    /** While the position of a new partition is being looked up, which only a poll does. */
    private static final Duration POLL_WHILE_PENDING = Duration.ofMillis(2);

    private static final Duration KEEP_FOREIGN = Duration.ofMinutes(1);
    private static final Duration DROP_EVERY = Duration.ofSeconds(1);
    private static final Duration LIVE_WITHIN = Duration.ofSeconds(10);
    private static final Duration STUCK = Duration.ofSeconds(5);
    private static final long AFTER_FAULT_MS = 100;

    /** Gets each record, and a call now and then. */
    interface Reader {

        void read(ConsumerRecord<String, byte[]> event);

        void tick(long now);
    }

    private final Consumer<String, byte[]> consumer;
    private final Reader reader;
    private final Clock clock;
    private final Map<TopicPartition, FeedPartition> partitions = new ConcurrentHashMap<>();
    private final Set<TopicPartition> assigned = new HashSet<>();
    private final Set<TopicPartition> own = new HashSet<>();
    private final Map<TopicPartition, Long> pending = new HashMap<>();
    private final Thread thread;
    private volatile Set<Integer> lanes = Set.of();
    private volatile Set<TenantId> tenants = Set.of();
    private volatile boolean changed = true;
    private volatile boolean closing;
    private volatile long lastTurn;
    private long droppedAt;

    EventFeed(Consumer<String, byte[]> consumer, Reader reader, Clock clock) {
        this.consumer = consumer;
        this.reader = reader;
        this.clock = clock;
        this.thread = new Thread(this::run, "dmsc-events");
        this.thread.setDaemon(true);
    }

    /** Begins to read. */
    void start() {
        thread.start();
    }

    /** Whose events are always read. Any thread. */
    void follow(Set<Integer> ownLanes, Set<TenantId> allTenants) {
        lanes = Set.copyOf(ownLanes);
        tenants = Set.copyOf(allTenants);
        wake();
    }

    /** Sees to it that a partition is read; completes at once when it is. */
    CompletionStage<Void> enter(TenantId tenant, int lane) {
        TopicPartition partition = partition(tenant, lane);
        FeedPartition entered = partitions.compute(partition, (key, known) -> {
            FeedPartition one = known == null ? new FeedPartition() : known;
            one.enter();
            return one;
        });
        if (!entered.isLive()) {
            wake();
        }
        return entered.live();
    }

    /** One waiter less. */
    void leave(TenantId tenant, int lane) {
        partitions.computeIfPresent(partition(tenant, lane), (key, known) -> {
            known.leave(clock.millis());
            return known;
        });
    }

    /** Whether the thread goes round. */
    boolean healthy() {
        return thread.isAlive() && clock.millis() - lastTurn < STUCK.toMillis();
    }

    @Override
    public void close() {
        closing = true;
        consumer.wakeup();
        if (thread.isAlive()) {
            try {
                thread.join(STUCK.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static TopicPartition partition(TenantId tenant, int lane) {
        return new TopicPartition(Channel.EVENTS.of(tenant), lane);
    }

    private void wake() {
        changed = true;
        consumer.wakeup();
    }

    private void run() {
        try {
            lastTurn = clock.millis();
            while (!closing) {
                turnOrPause();
            }
        } catch (InterruptException | InterruptedException e) {
            LOG.atInfo().log("event feed interrupted");
        } finally {
            consumer.close();
            RefusedException gone =
                    new RefusedException(Refusal.UNAVAILABLE, "this gateway is stopping; ask another one");
            partitions.values().forEach(partition -> partition.failed(gone));
        }
    }

    private void turnOrPause() throws InterruptedException {
        try {
            reader.tick(clock.millis());
            turn();
        } catch (WakeupException e) {
            LOG.atTrace().log("woken");
        } catch (InterruptException e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("a turn of the event feed failed, going on");
            TimeUnit.MILLISECONDS.sleep(AFTER_FAULT_MS);
        }
        lastTurn = clock.millis();
    }

    private void turn() throws InterruptedException {
        if (changed) {
            changed = false;
            assign();
        }
        if (assigned.isEmpty()) {
            pause();
            return;
        }
        for (ConsumerRecord<String, byte[]> event : consumer.poll(pending.isEmpty() ? POLL : POLL_WHILE_PENDING)) {
            reader.read(event);
        }
        if (!pending.isEmpty()) {
            settlePending();
        }
        dropIdle();
    }

    /** Nothing to read: a consumer without partitions refuses to poll. */
    private void pause() throws InterruptedException {
        for (int i = 0; i < POLL.toMillis() && !changed && !closing; i++) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    /** Keeps the places of what stays, begins at the end of what is new. */
    private void assign() {
        own.clear();
        for (TenantId tenant : tenants) {
            lanes.forEach(lane -> own.add(partition(tenant, lane)));
        }
        own.forEach(one -> partitions.computeIfAbsent(one, key -> new FeedPartition()));
        Set<TopicPartition> wanted = Set.copyOf(partitions.keySet());
        List<TopicPartition> fresh =
                wanted.stream().filter(one -> !assigned.contains(one)).toList();
        if (fresh.isEmpty() && wanted.size() == assigned.size()) {
            return;
        }
        consumer.assign(new ArrayList<>(wanted));
        if (!fresh.isEmpty()) {
            consumer.seekToEnd(fresh);
        }
        assigned.clear();
        assigned.addAll(wanted);
        pending.keySet().retainAll(wanted);
        fresh.forEach(one -> pending.put(one, clock.millis()));
    }

    private void settlePending() {
        pending.entrySet().removeIf(one -> {
            FeedPartition partition = partitions.get(one.getKey());
            if (partition == null || begun(one.getKey(), partition)) {
                return true;
            }
            if (clock.millis() - one.getValue() > LIVE_WITHIN.toMillis()) {
                partition.failed(new RefusedException(
                        Refusal.UNAVAILABLE, one.getKey() + " cannot be read (expected it to exist); try again later"));
                partitions.remove(one.getKey(), partition);
                changed = true;
                return true;
            }
            return false;
        });
    }

    private boolean begun(TopicPartition partition, FeedPartition waited) {
        try {
            consumer.position(partition, Duration.ZERO);
            waited.begun();
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (WakeupException e) {
            changed = true;
            return false;
        } catch (KafkaException e) {
            LOG.atWarn()
                    .addKeyValue("topic", partition.topic())
                    .addKeyValue("cause", e.getMessage())
                    .log("cannot be read yet");
            return false;
        }
    }

    /** Foreign lanes on which nobody has waited for a while, and tenants that are gone. */
    private void dropIdle() {
        long now = clock.millis();
        if (now - droppedAt < DROP_EVERY.toMillis() && now >= droppedAt) {
            return;
        }
        droppedAt = now;
        for (TopicPartition partition : assigned) {
            partitions.computeIfPresent(partition, (key, known) -> {
                if (own.contains(key) || !known.idleFor(KEEP_FOREIGN.toMillis(), now)) {
                    return known;
                }
                changed = true;
                return null;
            });
        }
    }
}
