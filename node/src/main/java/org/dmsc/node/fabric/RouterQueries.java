package org.dmsc.node.fabric;

import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.dmsc.bridge.core.StoredTask;
import org.dmsc.bridge.core.StoredTasks;
import org.dmsc.bridge.core.TaskCursor;
import org.dmsc.bridge.core.TaskFilter;
import org.dmsc.bridge.core.TaskPage;
import org.dmsc.bridge.core.TaskQueries;
import org.dmsc.bridge.core.watch.EventOpener;
import org.dmsc.bridge.core.watch.LogEnds;
import org.dmsc.bridge.core.watch.LogTaskQueries;
import org.dmsc.bridge.core.watch.Replay;
import org.dmsc.router.RouterApp;
import org.dmsc.router.task.FoundTasks;
import org.dmsc.router.task.StoredTaskRecord;
import org.dmsc.router.task.TaskSearch;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.fence.KafkaRole;
import org.dmsc.tenant.keys.Envelopes;

/**
 * Looks tasks up in the store of the router in this process, when that has read everything that was written of them until now: nothing that a
 * caller has seen is missing then. The log is read where the lane is another router's, or this one stays behind for long.
 */
final class RouterQueries implements TaskQueries, AutoCloseable {

    /** How long a router that is behind is waited for: reading the log beside it would hold it up more. */
    private static final long PATIENCE_MS = 5000;

    private static final long LOOK_AGAIN_MS = 5;

    private final RouterApp router;
    private final LogEnds ends;
    private final LogTaskQueries log;
    private final EventOpener opener;
    private final Clock clock;
    private final ScheduledExecutorService thread;

    RouterQueries(RouterApp router, LogEnds ends, LogTaskQueries log, EventOpener opener, Clock clock) {
        this.router = router;
        this.ends = ends;
        this.log = log;
        this.opener = opener;
        this.clock = clock;
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread made = new Thread(task, "dmsc-task-store");
            made.setDaemon(true);
            return made;
        });
    }

    /** Over the router's store, and the log for what is not there. */
    static RouterQueries of(RouterApp router, Foundation foundation, Envelopes envelopes, Closing closing) {
        EventOpener opener = new EventOpener(
                new AvroSerde<>(foundation.codec(), SealedEnvelope.class).deserializer(),
                envelopes,
                envelopes::openPayload);
        int lanes = foundation.config().lanes();
        LogTaskQueries log = closing.add(
                "replays", new LogTaskQueries(() -> reader(foundation, "replay"), opener, lanes, foundation.clock()));
        LogEnds ends = closing.add("log ends", new LogEnds(() -> reader(foundation, "log-ends"), lanes));
        return closing.add("task store", new RouterQueries(router, ends, log, opener, foundation.clock()));
    }

    private static Consumer<String, byte[]> reader(Foundation foundation, String name) {
        return foundation.kafka().as(KafkaRole.GATEWAY).reader(name, new ByteArrayDeserializer());
    }

    /** One question about a task. */
    private record Question(TenantId tenant, String taskId, Map<TopicPartition, Long> ends, long until) {}

    @Override
    public CompletionStage<Optional<StoredTask>> find(TenantId tenant, String taskId) {
        return ends.of(tenant, taskId).thenCompose(found -> {
            CompletableFuture<Optional<StoredTask>> answer = new CompletableFuture<>();
            Question question = new Question(tenant, taskId, found, clock.millis() + PATIENCE_MS);
            later(question, answer, 0);
            return answer;
        });
    }

    private void later(Question question, CompletableFuture<Optional<StoredTask>> answer, long delay) {
        try {
            Future<?> unused = thread.schedule(() -> look(question, answer), delay, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(
                    new RefusedException(Refusal.UNAVAILABLE, "this gateway is stopping; ask another one"));
        }
    }

    private void look(Question question, CompletableFuture<Optional<StoredTask>> answer) {
        try {
            boolean whole = router.hasRead(question.ends());
            Optional<Optional<StoredTaskRecord>> found = router.look(question.tenant(), question.taskId());
            if (found.isPresent() && whole) {
                answer.complete(found.get().flatMap(record -> stored(question.tenant(), record)));
            } else if (found.isPresent() && clock.millis() < question.until()) {
                later(question, answer, LOOK_AGAIN_MS);
            } else {
                readLog(question, found.flatMap(here -> here), answer);
            }
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
        }
    }

    private void readLog(
            Question question, Optional<StoredTaskRecord> known, CompletableFuture<Optional<StoredTask>> answer) {
        long begun = known.map(record -> record.state().getCreatedAt()).orElse(0L);
        log.find(question.tenant(), question.taskId(), begun).whenComplete((found, failure) -> {
            if (failure == null) {
                answer.complete(found);
            } else {
                answer.completeExceptionally(failure);
            }
        });
    }

    @Override
    public CompletionStage<Optional<StoredTask>> findEnded(TenantId tenant, String taskId) {
        return CompletableFuture.supplyAsync(
                () -> router.find(tenant, taskId)
                        .filter(record -> record.state().getEnded())
                        .flatMap(record -> stored(tenant, record)),
                thread);
    }

    @Override
    public CompletionStage<StoredTasks> list(TenantId tenant, String caller, TaskFilter filter) {
        TaskSearch search = new TaskSearch(
                tenant,
                caller,
                filter.contextId(),
                filter.state(),
                filter.since(),
                filter.after().map(after -> new TaskSearch.Place(after.statusAt(), after.taskId())),
                filter.pageSize(),
                TaskPage.MOST_COUNTED);
        return CompletableFuture.supplyAsync(() -> router.search(search).map(found -> stored(tenant, found)), thread)
                // Lanes are on the move, or another router has some.
                .thenCompose(found -> found.<CompletionStage<StoredTasks>>map(CompletableFuture::completedStage)
                        .orElseGet(() -> log.list(tenant, caller, filter)));
    }

    private StoredTasks stored(TenantId tenant, FoundTasks found) {
        return new StoredTasks(
                found.tasks().stream()
                        .flatMap(task -> stored(tenant, task).stream())
                        .toList(),
                found.last().map(place -> new TaskCursor(place.statusAt(), place.taskId())),
                found.total());
    }

    /** Made of the same records by the same fold as from the log, so that it makes no difference where a task was found. */
    private Optional<StoredTask> stored(TenantId tenant, StoredTaskRecord record) {
        return Replay.of(
                opener, tenant, record.state().getTaskId(), record.state().getSubmission(), record.events());
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
