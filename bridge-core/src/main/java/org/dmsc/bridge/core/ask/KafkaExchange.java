package org.dmsc.bridge.core.ask;

import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.core.AgentMessage;
import org.dmsc.bridge.core.BridgeMetrics;
import org.dmsc.bridge.core.Exchange;
import org.dmsc.bridge.core.OpenTask;
import org.dmsc.bridge.core.RefusalNote;
import org.dmsc.bridge.core.StoredTask;
import org.dmsc.bridge.core.TaskFilter;
import org.dmsc.bridge.core.TaskPage;
import org.dmsc.bridge.core.TaskQueries;
import org.dmsc.bridge.core.TaskView;
import org.dmsc.bridge.core.publish.KeysAtHand;
import org.dmsc.bridge.core.watch.TaskWatches;
import org.dmsc.bridge.core.watch.TaskWatches.Occasion;
import org.dmsc.bridge.core.watch.TaskWatches.Watching;
import org.dmsc.bridge.core.watch.WatchedTask;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.TaskCancel;
import org.dmsc.schemas.avro.TaskStateName;
import org.dmsc.schemas.avro.TaskSubmission;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.tenant.directory.Agents;
import org.dmsc.tenant.embed.Nearness;
import org.dmsc.tenant.identity.Caller;

/**
 * {@link Exchange} over Kafka.
 *
 * <pre>
 *   ask:  quota ▸ admit ▸ name the task ▸ watch it, its lane being read ▸ seal and publish ▸ hand out the open task
 * </pre>
 *
 * The lane is read before the record is written, so no answer is missed, however fast it is.
 */
final class KafkaExchange implements Exchange {

    private final Ingress ingress;
    private final Takeoff takeoff;
    private final Agents agents;
    private final Submissions submissions;
    private final TaskRecords records;
    private final KeysAtHand keys;
    private final TaskWatches watches;
    private final TaskQueries queries;
    private final Nearness nearness;
    private final BridgeMetrics metrics;
    private final Optional<Receipts> receipts;
    private final Clock clock;

    KafkaExchange(ExchangeParts parts) {
        this.ingress = new Ingress(parts);
        this.takeoff = new Takeoff(parts.quotas(), parts.watches(), parts.clock());
        this.agents = parts.agents();
        this.submissions = new Submissions(parts.hmac(), parts.tokens(), parts.gateway(), parts.clock());
        this.records = new TaskRecords(parts);
        this.keys = parts.keys();
        this.watches = parts.watches();
        this.queries = parts.queries();
        this.nearness = parts.nearness();
        this.metrics = parts.metrics();
        this.receipts = parts.receipts();
        this.clock = parts.clock();
    }

    @Override
    public CompletionStage<OpenTask> ask(Caller caller, AgentMessage asked) {
        return refusing(caller, object(asked), asked.need().target(), () -> {
            if (asked.existingTaskId().isEmpty()) {
                takeoff.requireRoom(caller.tenant());
            }
            return keys.with(caller.tenant(), () -> begun(caller, asked));
        });
    }

    private CompletionStage<OpenTask> begun(Caller caller, AgentMessage asked) {
        Ingress.Taken taken = admit(caller, asked);
        TenantRecord tenant = taken.tenant();
        AgentMessage message = taken.message();
        AgentRef agent = caller.agent().orElseThrow();
        if (message.existingTaskId().isPresent()) {
            return own(caller, message.existingTaskId().get())
                    .thenCompose(task -> followUp(caller, tenant, message, task));
        }
        if (message.need().goesByText()) {
            return nearness.of(agent.tenant(), message.need().intent())
                    .thenCompose(near -> keys.with(agent.tenant(), () -> takenOff(caller, tenant, message, near)));
        }
        return takenOff(caller, tenant, message, Map.of());
    }

    private CompletionStage<OpenTask> takenOff(
            Caller caller, TenantRecord tenant, AgentMessage message, Map<String, Double> near) {
        AgentRef agent = caller.agent().orElseThrow();
        TaskSubmission submission = Submissions.near(submissions.task(agent, tenant, message), near);
        WatchedTask watched = watched(caller, submission, message.message());
        return takeoff.of(agent, watched, () -> publish(caller, submission, message, watched, Occasion.NEW));
    }

    private CompletionStage<OpenTask> followUp(
            Caller caller, TenantRecord tenant, AgentMessage message, StoredTask task) {
        if (task.progress().ended()) {
            throw new RefusedException(
                    Refusal.TASK_ENDED,
                    "task " + task.taskId() + " has ended as " + task.progress().state()
                            + " (expected one that still runs); send the message without taskId to begin a new one");
        }
        TaskSubmission submission = submissions.followUp(caller.agent().orElseThrow(), tenant, message, task);
        return publish(caller, submission, message, watched(caller, task), Occasion.FOLLOW_UP);
    }

    private CompletionStage<OpenTask> publish(
            Caller caller, TaskSubmission submission, AgentMessage message, WatchedTask watched, Occasion occasion) {
        AgentRef agent = caller.agent().orElseThrow();
        long begun = clock.millis();
        Watching watching = watches.watch(watched, occasion);
        // What was said before is history to whoever follows up: it must be known before anything new can come.
        return (occasion == Occasion.FOLLOW_UP ? watching.whole() : watching.live())
                .thenCompose(known -> records.submit(agent, submission, message.message()))
                .thenApply(offset -> {
                    metrics.asked(agent.tenant().value());
                    time(watching.task(), begun);
                    return occasion == Occasion.NEW ? receipted(agent, watching.task()) : watching.task();
                })
                .whenComplete((task, failure) -> {
                    if (failure != null) {
                        watching.task().release();
                    }
                });
    }

    private OpenTask receipted(AgentRef agent, OpenTask task) {
        return receipts.<OpenTask>map(signing -> new ReceiptedTask(task, signing.of(agent.tenant(), task.taskId())))
                .orElse(task);
    }

    private void time(OpenTask task, long begun) {
        task.settled().thenRun(() -> metrics.taskTime().record(java.time.Duration.ofMillis(clock.millis() - begun)));
    }

    @Override
    public CompletionStage<TaskView> find(Caller caller, String taskId) {
        return refusing(caller, Optional.of(taskId), Optional.empty(), () -> {
            AgentRef agent = requireAgent(caller);
            Optional<TaskView> here =
                    watches.viewHere(agent.tenant(), agent.agent().value(), taskId);
            return here.isPresent()
                    ? CompletableFuture.completedFuture(here.get())
                    : own(caller, taskId).thenApply(stored -> view(caller, stored));
        });
    }

    @Override
    public CompletionStage<TaskPage> list(Caller caller, TaskFilter filter) {
        return refusing(caller, Optional.empty(), Optional.empty(), () -> {
            AgentRef agent = requireAgent(caller);
            return queries.list(agent.tenant(), agent.agent().value(), filter)
                    .thenApply(found -> new TaskPage(
                            found.tasks().stream()
                                    .map(stored -> view(caller, stored).listed(stored.updatedAt(), filter))
                                    .toList(),
                            found.next(),
                            found.total()));
        });
    }

    @Override
    public CompletionStage<OpenTask> follow(Caller caller, String taskId) {
        return refusing(
                caller,
                Optional.of(taskId),
                Optional.empty(),
                () -> toFollow(caller, taskId).thenCompose(followed -> {
                    Watching watching = watches.watch(followed, Occasion.FOLLOW);
                    return watching.whole().thenApply(whole -> watching.task()).whenComplete((task, failure) -> {
                        if (failure != null) {
                            watching.task().release();
                        }
                    });
                }));
    }

    /** One that somebody follows here already is known; any other is looked up, and once more when its lane is being read. */
    private CompletionStage<WatchedTask> toFollow(Caller caller, String taskId) {
        AgentRef agent = requireAgent(caller);
        return watches.taskHere(agent.tenant(), agent.agent().value(), taskId)
                .map(CompletableFuture::completedStage)
                .orElseGet(() -> own(caller, taskId).thenApply(stored -> watched(caller, stored)));
    }

    @Override
    public CompletionStage<TaskView> cancel(Caller caller, String taskId, String reason) {
        return refusing(
                caller,
                Optional.of(taskId),
                Optional.empty(),
                () -> own(caller, taskId).thenCompose(stored -> {
                    if (stored.progress().state() == TaskStateName.CANCELED) {
                        return CompletableFuture.completedStage(view(caller, stored));
                    }
                    if (stored.progress().ended()) {
                        throw new RefusedException(
                                Refusal.TASK_NOT_CANCELABLE,
                                "task " + taskId + " has ended as "
                                        + stored.progress().state() + " (expected one that still runs)");
                    }
                    AgentRef agent = caller.agent().orElseThrow();
                    TaskCancel wish = TaskCancel.newBuilder()
                            .setTaskId(taskId)
                            .setCallerTenant(agent.tenant().value())
                            .setCallerAgent(agent.agent().value())
                            .setTime(clock.millis())
                            .setReason(reason)
                            .build();
                    return keys.with(agent.tenant(), () -> records.cancel(agent, wish))
                            .thenApply(offset -> view(caller, stored));
                }));
    }

    /** A task of the caller's own; everybody else's does not exist for it. */
    private CompletionStage<StoredTask> own(Caller caller, String taskId) {
        AgentRef agent = requireAgent(caller);
        return queries.find(agent.tenant(), taskId)
                .thenApply(found -> found.filter(
                                task -> task.callerAgent().equals(agent.agent().value()))
                        .orElseThrow(() -> new RefusedException(
                                Refusal.TASK_UNKNOWN,
                                "task '" + Printable.of(taskId)
                                        + "' is not known (expected the id of a task that this agent asked for)")));
    }

    private TaskView view(Caller caller, StoredTask stored) {
        return watches.viewOf(watched(caller, stored), stored);
    }

    private WatchedTask watched(Caller caller, StoredTask stored) {
        return new WatchedTask(
                caller.agent().orElseThrow(),
                caller.id().uri(),
                stored.taskId(),
                stored.contextId(),
                watches.messageOf(stored),
                stored.deadline());
    }

    private static WatchedTask watched(Caller caller, TaskSubmission submission, byte[] message) {
        return new WatchedTask(
                caller.agent().orElseThrow(),
                caller.id().uri(),
                submission.getTaskId(),
                submission.getContextId(),
                message,
                submission.getDeadline());
    }

    private Ingress.Taken admit(Caller caller, AgentMessage message) {
        Ingress.Taken taken = ingress.take(caller, message);
        message.need().target().filter(agent -> agents.find(agent).isEmpty()).ifPresent(agent -> {
            throw new RefusedException(
                    Refusal.AGENT_UNKNOWN,
                    "agent '" + agent + "' is not registered (expected the name of one that is; or say what you need)");
        });
        return taken;
    }

    private static AgentRef requireAgent(Caller caller) {
        caller.tenant();
        return caller.agent().orElseThrow();
    }

    private static Optional<String> object(AgentMessage message) {
        return message.need().target().map(AgentRef::toString).or(message::existingTaskId);
    }

    /** Something that may be refused, now or later. */
    private interface Attempted<T> {
        CompletionStage<T> begin();
    }

    /** Every refusal ends as a failed stage, counted and audited; so does every fault, as INTERNAL. */
    private <T> CompletionStage<T> refusing(
            Caller caller, Optional<String> object, Optional<AgentRef> target, Attempted<T> attempted) {
        CompletionStage<T> begun;
        try {
            begun = attempted.begin();
        } catch (RuntimeException e) {
            begun = CompletableFuture.failedFuture(e);
        }
        CompletableFuture<T> result = new CompletableFuture<>();
        begun.whenComplete((value, failure) -> {
            if (failure == null) {
                result.complete(value);
            } else {
                RefusedException refused = Refusals.of(failure);
                metrics.refused(refused.refusal());
                ingress.noteBothSides(RefusalNote.of(caller, refused, object), target);
                result.completeExceptionally(refused);
            }
        });
        return result;
    }

    /** What failed, as a refusal. */
    private static final class Refusals {

        private static final org.slf4j.Logger LOG = org.slf4j.LoggerFactory.getLogger(KafkaExchange.class);

        static RefusedException of(Throwable failure) {
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            if (cause instanceof RefusedException refused) {
                return refused;
            }
            LOG.atError().setCause(cause).log("a request failed inside the fabric");
            return new RefusedException(Refusal.INTERNAL, "a fault inside the fabric; it was logged");
        }
    }
}
