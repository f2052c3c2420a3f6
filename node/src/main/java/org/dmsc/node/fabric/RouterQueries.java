package org.dmsc.node.fabric;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
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
import org.dmsc.node.query.FirstOf;
import org.dmsc.node.query.KeptPage;
import org.dmsc.node.query.KeptTask;
import org.dmsc.node.query.LocalStores;
import org.dmsc.node.query.Look;
import org.dmsc.node.query.OwnStores;
import org.dmsc.node.query.QueryCounters;
import org.dmsc.node.query.RemoteStores;
import org.dmsc.node.query.RouterAddress;
import org.dmsc.node.query.TaskQuestion;
import org.dmsc.node.query.TaskStores;
import org.dmsc.router.RouterApp;
import org.dmsc.router.task.TaskSearch;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.fence.KafkaRole;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.peers.NodeTrust;
import org.dmsc.tenant.peers.PeerClient;

/**
 * Looks tasks up in the stores of routers, of this process and of others, once they have read everything that was written of them until now:
 * nothing that a caller has seen is missing then. The log is read where no router that can be asked has the lane, or the one that has it stays
 * behind for long.
 */
final class RouterQueries implements TaskQueries, AutoCloseable {

    /** How long a router that is behind is waited for: reading the log beside it would hold it up more. */
    private static final long PATIENCE_MS = 5000;

    private static final long LOOK_AGAIN_MS = 10;

    private final TaskStores stores;
    private final LogSide log;
    private final QueryCounters counters;
    private final int lanes;
    private final Clock clock;
    private final ScheduledExecutorService thread;

    /** What is made of the log. */
    private record LogSide(LogEnds ends, LogTaskQueries queries, EventOpener opener) {}

    private RouterQueries(
            TaskStores stores,
            LogSide log,
            QueryCounters counters,
            int lanes,
            Clock clock,
            ScheduledExecutorService thread) {
        this.stores = stores;
        this.log = log;
        this.counters = counters;
        this.lanes = lanes;
        this.clock = clock;
        this.thread = thread;
    }

    /**
     * Over the store of this process's router and of those that the configuration names, and the log for what is in neither.
     *
     * @return empty when there is neither: the log alone is asked then
     */
    static Optional<RouterQueries> of(
            Optional<RouterApp> router, Foundation foundation, Envelopes envelopes, Metrics metrics, Closing closing) {
        QueryCounters counters = new QueryCounters();
        ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread made = new Thread(task, "dmsc-task-store");
            made.setDaemon(true);
            return made;
        });
        Optional<TaskStores> stores = stores(router, foundation, counters, thread);
        if (stores.isEmpty()) {
            thread.shutdown();
            return Optional.empty();
        }
        metrics.counters("queries", counters::all);
        EventOpener opener = new EventOpener(
                new AvroSerde<>(foundation.codec(), SealedEnvelope.class).deserializer(),
                envelopes,
                envelopes::openPayload);
        int lanes = foundation.config().lanes();
        LogTaskQueries replays = closing.add(
                "replays", new LogTaskQueries(() -> reader(foundation, "replay"), opener, lanes, foundation.clock()));
        LogEnds ends = closing.add("log ends", new LogEnds(() -> reader(foundation, "log-ends"), lanes));
        return Optional.of(closing.add(
                "task store",
                new RouterQueries(
                        stores.get(),
                        new LogSide(ends, replays, opener),
                        counters,
                        lanes,
                        foundation.clock(),
                        thread)));
    }

    private static Optional<TaskStores> stores(
            Optional<RouterApp> router,
            Foundation foundation,
            QueryCounters counters,
            ScheduledExecutorService thread) {
        int lanes = foundation.config().lanes();
        Optional<TaskStores> own = router.map(app -> new OwnStores(new LocalStores(app, lanes), thread));
        List<RouterAddress> named = foundation.config().queries().ask();
        if (named.isEmpty()) {
            return own;
        }
        TaskStores others = new RemoteStores(
                named,
                new PeerClient(
                        foundation.keys().identity(KafkaRole.GATEWAY.kind()),
                        new NodeTrust(
                                foundation.keys().root(),
                                new FabricDomain(foundation.config().domain()),
                                KafkaRole.ROUTER.kind()),
                        RemoteStores.LONGEST),
                counters,
                lanes,
                foundation.codec(),
                foundation.clock());
        return Optional.of(
                own.<TaskStores>map(here -> new FirstOf(here, others, lanes)).orElse(others));
    }

    private static Consumer<String, byte[]> reader(Foundation foundation, String name) {
        return foundation.kafka().as(KafkaRole.GATEWAY).reader(name, new ByteArrayDeserializer());
    }

    @Override
    public CompletionStage<Optional<StoredTask>> find(TenantId tenant, String taskId) {
        return log.ends()
                .of(tenant, taskId)
                .thenCompose(ends -> look(new TaskQuestion(tenant, taskId, ends), clock.millis() + PATIENCE_MS));
    }

    private CompletionStage<Optional<StoredTask>> look(TaskQuestion question, long until) {
        return stores.look(question).thenCompose(look -> {
            if (look instanceof Look.Kept kept) {
                counters.fromStore();
                return CompletableFuture.completedStage(kept.task().flatMap(task -> stored(question.tenant(), task)));
            }
            if (look instanceof Look.Behind behind) {
                return clock.millis() < until
                        ? later(() -> look(question, until))
                        : readLog(question, behind.begunAt());
            }
            return readLog(question, 0);
        });
    }

    private <T> CompletionStage<T> later(Supplier<CompletionStage<T>> asking) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            Future<?> unused = thread.schedule(
                    () -> asking.get().whenComplete((found, failure) -> {
                        if (failure == null) {
                            answer.complete(found);
                        } else {
                            answer.completeExceptionally(failure);
                        }
                    }),
                    LOOK_AGAIN_MS,
                    TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(
                    new RefusedException(Refusal.UNAVAILABLE, "this gateway is stopping; ask another one"));
        }
        return answer;
    }

    private CompletionStage<Optional<StoredTask>> readLog(TaskQuestion question, long begun) {
        counters.fromLog();
        return log.queries().find(question.tenant(), question.taskId(), begun);
    }

    /** The log is never read for it: a router that cannot be asked now is asked again soon. */
    @Override
    public CompletionStage<Optional<StoredTask>> findEnded(TenantId tenant, String taskId) {
        return stores.look(new TaskQuestion(tenant, taskId, Map.of()))
                .thenApply(look -> look instanceof Look.Kept kept
                        ? kept.task()
                                .flatMap(task -> stored(tenant, task))
                                .filter(task -> task.progress().ended())
                        : Optional.empty());
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
        return stores.search(search).thenCompose(page -> {
            if (page.covers(lanes)) {
                counters.fromStore();
                return CompletableFuture.completedStage(stored(tenant, page));
            }
            // Lanes are on the move, or of routers that cannot be asked.
            counters.fromLog();
            return log.queries().list(tenant, caller, filter);
        });
    }

    private StoredTasks stored(TenantId tenant, KeptPage page) {
        return new StoredTasks(
                page.tasks().stream()
                        .flatMap(task -> stored(tenant, task).stream())
                        .toList(),
                page.last().map(place -> new TaskCursor(place.statusAt(), place.taskId())),
                page.total());
    }

    /** Made of the same records by the same fold as from the log, so that it makes no difference where a task was found. */
    private Optional<StoredTask> stored(TenantId tenant, KeptTask task) {
        return Replay.of(log.opener(), tenant, task.taskId(), task.submission(), task.events());
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
