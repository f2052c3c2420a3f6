package org.dmsc.bridge.core.watch;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.dmsc.bridge.core.StoredTask;
import org.dmsc.bridge.core.StoredTasks;
import org.dmsc.bridge.core.TaskFilter;
import org.dmsc.bridge.core.TaskQueries;
import org.dmsc.schemas.Lanes;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames.Channel;

/**
 * Tasks looked up by replaying the log: the task's partition of the tenant's tasks and events, up to where they end now. Right everywhere,
 * and slow where much is kept: nodes that reach the router's store use that. A few replays at once, more are refused.
 */
public final class LogTaskQueries implements TaskQueries, AutoCloseable {

    private static final int AT_ONCE = 2;
    private static final int MOST_WAITING = 64;
    private static final Duration WITHIN = Duration.ofSeconds(15);
    private static final Duration POLL = Duration.ofMillis(200);
    /** A list without the router's store reads everything. */
    private static final long MOST_LISTED = 50_000;

    /** What the clocks of two gateways may differ by. */
    private static final Duration CLOCKS_APART = Duration.ofMinutes(10);

    private final Supplier<Consumer<String, byte[]>> readers;
    private final EventOpener opener;
    private final int lanes;
    private final Clock clock;
    private final ExecutorService executor;

    public LogTaskQueries(Supplier<Consumer<String, byte[]>> readers, EventOpener opener, int lanes, Clock clock) {
        this.readers = readers;
        this.opener = opener;
        this.lanes = lanes;
        this.clock = clock;
        ThreadPoolExecutor made = new ThreadPoolExecutor(
                AT_ONCE, AT_ONCE, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MOST_WAITING), task -> {
                    Thread thread = new Thread(task, "dmsc-replay");
                    thread.setDaemon(true);
                    return thread;
                });
        made.allowCoreThreadTimeOut(true);
        this.executor = made;
    }

    @Override
    public CompletionStage<Optional<StoredTask>> find(TenantId tenant, String taskId) {
        return find(tenant, taskId, 0);
    }

    @Override
    public CompletionStage<Optional<StoredTask>> findEnded(TenantId tenant, String taskId) {
        return find(tenant, taskId)
                .thenApply(found -> found.filter(task -> task.progress().ended()));
    }

    /** By reading all that the tenant's log holds, while that is little; UNAVAILABLE when it is more. */
    @Override
    public CompletionStage<StoredTasks> list(TenantId tenant, String caller, TaskFilter filter) {
        return queued(() -> Pages.of(replayAll(tenant), caller, filter));
    }

    /**
     * The same for a task that is known to have begun at a time, so that only what came since is read.
     *
     * @param begunAt milliseconds since the epoch, by some clock of the fabric; 0 when it is not known
     */
    public CompletionStage<Optional<StoredTask>> find(TenantId tenant, String taskId, long begunAt) {
        return queued(() -> replay(tenant, taskId, begunAt));
    }

    private <T> CompletionStage<T> queued(Supplier<T> reading) {
        CompletableFuture<T> found = new CompletableFuture<>();
        try {
            executor.execute(() -> {
                try {
                    found.complete(reading.get());
                } catch (KafkaException e) {
                    found.completeExceptionally(new RefusedException(
                            Refusal.UNAVAILABLE, "the log cannot be read: " + e.getMessage() + "; try again later"));
                } catch (RuntimeException e) {
                    found.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            found.completeExceptionally(
                    new RefusedException(Refusal.OVERLOADED, "too many tasks are being looked up; try again later"));
        }
        return found;
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }

    private Optional<StoredTask> replay(TenantId tenant, String taskId, long begunAt) {
        int lane = Lanes.of(taskId, lanes);
        TopicPartition tasks = new TopicPartition(Channel.TASKS.of(tenant), lane);
        TopicPartition events = new TopicPartition(Channel.EVENTS.of(tenant), lane);
        Replay replay = new Replay(opener, tenant, taskId);
        try (Consumer<String, byte[]> reader = readers.get()) {
            List<TopicPartition> both = List.of(tasks, events);
            reader.assign(both);
            Map<TopicPartition, Long> ends = reader.endOffsets(both, WITHIN);
            seek(reader, both, begunAt - CLOCKS_APART.toMillis());
            readTo(reader, ends, read -> {
                if (taskId.equals(read.key())) {
                    replay.add(read, read.topic().equals(tasks.topic()));
                }
            });
        }
        return replay.result();
    }

    private List<StoredTask> replayAll(TenantId tenant) {
        List<TopicPartition> all = new ArrayList<>();
        for (int lane = 0; lane < lanes; lane++) {
            all.add(new TopicPartition(Channel.TASKS.of(tenant), lane));
            all.add(new TopicPartition(Channel.EVENTS.of(tenant), lane));
        }
        Map<String, Replay> tasks = new HashMap<>();
        try (Consumer<String, byte[]> reader = readers.get()) {
            reader.assign(all);
            Map<TopicPartition, Long> ends = reader.endOffsets(all, WITHIN);
            Map<TopicPartition, Long> begins = reader.beginningOffsets(all, WITHIN);
            long records = all.stream()
                    .mapToLong(one -> ends.getOrDefault(one, 0L) - begins.getOrDefault(one, 0L))
                    .sum();
            if (records > MOST_LISTED) {
                throw new RefusedException(
                        Refusal.UNAVAILABLE,
                        "the tenant's log has about " + records
                                + " records, too many to make a list of here (expected at most " + MOST_LISTED
                                + "); ask a gateway beside a router");
            }
            reader.seekToBeginning(all);
            String submissions = Channel.TASKS.of(tenant);
            readTo(
                    reader,
                    ends,
                    read -> tasks.computeIfAbsent(read.key(), id -> new Replay(opener, tenant, id))
                            .add(read, read.topic().equals(submissions)));
        }
        return tasks.values().stream()
                .map(Replay::result)
                .flatMap(Optional::stream)
                .toList();
    }

    private interface Taker {
        void take(ConsumerRecord<String, byte[]> read);
    }

    private void readTo(Consumer<String, byte[]> reader, Map<TopicPartition, Long> ends, Taker taker) {
        long deadline = clock.millis() + WITHIN.toMillis();
        while (ends.entrySet().stream().anyMatch(end -> reader.position(end.getKey()) < end.getValue())) {
            if (clock.millis() > deadline) {
                throw new RefusedException(
                        Refusal.UNAVAILABLE,
                        "replaying " + ends.keySet() + " took longer than " + WITHIN.toSeconds() + " s");
            }
            for (ConsumerRecord<String, byte[]> read : reader.poll(POLL)) {
                if (read.key() != null && read.value() != null) {
                    taker.take(read);
                }
            }
        }
    }

    private static void seek(Consumer<String, byte[]> reader, List<TopicPartition> partitions, long since) {
        reader.seekToBeginning(partitions);
        if (since <= 0) {
            return;
        }
        Map<TopicPartition, Long> times = new HashMap<>();
        partitions.forEach(partition -> times.put(partition, since));
        reader.offsetsForTimes(times, WITHIN).forEach((partition, place) -> {
            if (place != null) {
                reader.seek(partition, place.offset());
            }
        });
    }
}
