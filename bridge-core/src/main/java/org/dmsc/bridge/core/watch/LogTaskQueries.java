package org.dmsc.bridge.core.watch;

import java.time.Clock;
import java.time.Duration;
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

    @Override
    public CompletionStage<StoredTasks> list(TenantId tenant, String caller, TaskFilter filter) {
        return CompletableFuture.failedFuture(new RefusedException(
                Refusal.UNAVAILABLE,
                "lists of tasks cannot be had here: no router's store can be reached; ask a gateway beside a router"));
    }

    /**
     * The same for a task that is known to have begun at a time, so that only what came since is read.
     *
     * @param begunAt milliseconds since the epoch, by some clock of the fabric; 0 when it is not known
     */
    public CompletionStage<Optional<StoredTask>> find(TenantId tenant, String taskId, long begunAt) {
        CompletableFuture<Optional<StoredTask>> found = new CompletableFuture<>();
        try {
            executor.execute(() -> {
                try {
                    found.complete(replay(tenant, taskId, begunAt));
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
            reader.assign(List.of(tasks, events));
            Map<TopicPartition, Long> ends = reader.endOffsets(List.of(tasks, events), WITHIN);
            seek(reader, List.of(tasks, events), begunAt - CLOCKS_APART.toMillis());
            long deadline = clock.millis() + WITHIN.toMillis();
            while (ends.entrySet().stream().anyMatch(end -> reader.position(end.getKey()) < end.getValue())) {
                if (clock.millis() > deadline) {
                    throw new RefusedException(
                            Refusal.UNAVAILABLE,
                            "replaying " + events + " took longer than " + WITHIN.toSeconds() + " s");
                }
                for (ConsumerRecord<String, byte[]> read : reader.poll(POLL)) {
                    if (taskId.equals(read.key()) && read.value() != null) {
                        replay.add(read, read.topic().equals(tasks.topic()));
                    }
                }
            }
        }
        return replay.result();
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
