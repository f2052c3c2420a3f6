package org.dmsc.node.fabric;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.dmsc.bridge.core.Assignment;
import org.dmsc.bridge.core.Failure;
import org.dmsc.bridge.core.StoredTask;
import org.dmsc.bridge.core.StoredTasks;
import org.dmsc.bridge.core.TaskCursor;
import org.dmsc.bridge.core.TaskFilter;
import org.dmsc.bridge.core.TaskPage;
import org.dmsc.bridge.core.TaskQueries;
import org.dmsc.bridge.core.watch.EventOpener;
import org.dmsc.bridge.core.watch.LogTaskQueries;
import org.dmsc.router.RouterApp;
import org.dmsc.router.task.FoundTasks;
import org.dmsc.router.task.StoredTaskRecord;
import org.dmsc.router.task.TaskSearch;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AttemptRecord;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.TaskState;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.schemas.task.TaskProgress;
import org.dmsc.tenant.fence.KafkaRole;
import org.dmsc.tenant.keys.Envelopes;

/**
 * Looks tasks up in the store of the router in this process. Only what has ended is taken from there: it changes no more, so it cannot be
 * older than what the caller has seen. Everything else is read from the log.
 */
final class RouterQueries implements TaskQueries, AutoCloseable {

    private final RouterApp router;
    private final LogTaskQueries log;
    private final ExecutorService thread;

    RouterQueries(RouterApp router, LogTaskQueries log) {
        this.router = router;
        this.log = log;
        this.thread = Executors.newSingleThreadExecutor(task -> {
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
        LogTaskQueries log = closing.add(
                "replays",
                new LogTaskQueries(
                        () -> foundation.kafka().as(KafkaRole.GATEWAY).reader("replay", new ByteArrayDeserializer()),
                        opener,
                        foundation.config().lanes(),
                        foundation.clock()));
        return closing.add("task store", new RouterQueries(router, log));
    }

    @Override
    public CompletionStage<Optional<StoredTask>> find(TenantId tenant, String taskId) {
        return here(tenant, taskId)
                .thenCompose(found -> found.filter(record -> record.state().getEnded())
                        .<CompletionStage<Optional<StoredTask>>>map(
                                record -> CompletableFuture.completedFuture(Optional.of(stored(tenant, record))))
                        .orElseGet(() -> log.find(
                                tenant,
                                taskId,
                                found.map(record -> record.state().getCreatedAt())
                                        .orElse(0L))));
    }

    @Override
    public CompletionStage<Optional<StoredTask>> findEnded(TenantId tenant, String taskId) {
        return here(tenant, taskId)
                .thenApply(found ->
                        found.filter(record -> record.state().getEnded()).map(record -> stored(tenant, record)));
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
        return CompletableFuture.supplyAsync(() -> router.search(search), thread)
                // Lanes are on the move, or another router has some.
                .thenCompose(found -> found.<CompletionStage<StoredTasks>>map(
                                tasks -> CompletableFuture.completedFuture(stored(tenant, tasks)))
                        .orElseGet(() -> log.list(tenant, caller, filter)));
    }

    private static StoredTasks stored(TenantId tenant, FoundTasks found) {
        return new StoredTasks(
                found.tasks().stream().map(task -> stored(tenant, task)).toList(),
                found.last().map(place -> new TaskCursor(place.statusAt(), place.taskId())),
                found.total());
    }

    private CompletableFuture<Optional<StoredTaskRecord>> here(TenantId tenant, String taskId) {
        return CompletableFuture.supplyAsync(() -> router.find(tenant, taskId), thread);
    }

    private static StoredTask stored(TenantId tenant, StoredTaskRecord record) {
        TaskState state = record.state();
        return new StoredTask(
                tenant,
                state.getTaskId(),
                state.getContextId(),
                state.getCallerAgent(),
                new TaskProgress(state.getState(), state.getOpenAttempt(), state.getLastAttempt(), state.getEnded()),
                assignment(state),
                Optional.ofNullable(state.getRefusal())
                        .map(code -> new Failure(
                                Refusal.valueOf(code),
                                Optional.ofNullable(state.getReason()).orElse(""))),
                state.getDeadline(),
                state.getStatusAt() == 0 ? state.getUpdatedAt() : state.getStatusAt(),
                state.getSubmission(),
                record.events());
    }

    private static Optional<Assignment> assignment(TaskState state) {
        List<AttemptRecord> attempts = state.getAttempts();
        if (attempts.isEmpty()) {
            return Optional.empty();
        }
        AttemptRecord last = attempts.get(attempts.size() - 1);
        return Optional.of(new Assignment(
                AgentRef.of(last.getTenant(), last.getAgent()),
                Optional.ofNullable(last.getSkill()).orElse(""),
                last.getAttempt(),
                last.getReasons()));
    }

    @Override
    public void close() {
        thread.shutdown();
    }
}
