package org.dmsc.bridge.mqtt;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.dmsc.bridge.core.AgentMessage;
import org.dmsc.bridge.core.Assignment;
import org.dmsc.bridge.core.Exchange;
import org.dmsc.bridge.core.OpenTask;
import org.dmsc.bridge.core.OwedReplies;
import org.dmsc.bridge.core.TaskView;
import org.dmsc.bridge.core.a2a.SendRequests;
import org.dmsc.bridge.core.a2a.SendRequests.Wishes;
import org.dmsc.bridge.core.a2a.States;
import org.dmsc.bridge.core.a2a.Tasks;
import org.dmsc.schemas.AgentId;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.OwedReply;
import org.dmsc.tenant.identity.Caller;

/**
 * Devices as callers: hands their requests to the {@link Exchange} and answers them.
 *
 * <p>The stage of {@link #handle} completes when what the request caused is in Kafka, or when nothing is to be stored; it fails when Kafka did
 * not take it. A refusal is an answer, not a failure.
 */
final class RequestDesk {

    private static final Pattern UUID_4 =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");

    /** Faults of the fabric, not of the request: the device shall send it again. */
    private static final Set<Refusal> NOT_STORED = Set.of(Refusal.UNAVAILABLE, Refusal.INTERNAL);

    private static final int MOST_WAITING_TASKS = 10_000;

    private static final CompletionStage<Void> NOTHING_OWED = CompletableFuture.completedFuture(null);

    private final Exchange exchange;
    private final PlainOperations plain;
    private final Remakes remakes;
    private final OwedReplies owed;
    private final Debts debts;

    /** Tasks of which a device was told that they wait for it: the next message with such an id goes on with the task. */
    private final Map<String, String> waiting = new ConcurrentHashMap<>();

    RequestDesk(Exchange exchange, PlainOperations plain, OwedReplies owed, Debts debts) {
        this.exchange = exchange;
        this.plain = plain;
        this.owed = owed;
        this.debts = debts;
        this.remakes = new Remakes(exchange);
    }

    /** Carries out a request. */
    CompletionStage<?> handle(DeviceRequest request, ReplyPort port) {
        try {
            switch (request.operation()) {
                case "SendMessage":
                case "SendStreamingMessage":
                    return send(request, port);
                case "GetTask":
                    get(request, port);
                    return CompletableFuture.completedFuture(null);
                case "SubscribeToTask":
                    subscribe(request, port);
                    return CompletableFuture.completedFuture(null);
                case "CancelTask":
                    return cancel(request, port);
                default:
                    return plain(request, port);
            }
        } catch (RefusedException e) {
            return refuse(e, port);
        }
    }

    private CompletionStage<?> send(DeviceRequest request, ReplyPort port) {
        AgentMessage message = message(request);
        Wishes wishes = SendRequests.wishes(request.params());
        // Looked through before the task exists: a bad address must not leave a task behind that nobody hears of.
        wishes.push().ifPresent(PlainOperations::requireReadable);
        Optional<Debts.Debt> debt = debts.owe(request, message, wishes.historyLength(), port);
        return exchange.ask(request.device().caller(), message)
                .thenCompose(task -> told(request.device().caller(), wishes, task))
                .thenAccept(task -> {
                    task.receipt().ifPresent(port::receipted);
                    follow(request, wishes, task, port);
                })
                .handle((done, fault) -> fault == null ? CompletableFuture.completedFuture(null) : refuse(fault, port))
                .thenCompose(stage -> stage)
                .thenCombine(debt.map(Debts.Debt::noted).orElse(NOTHING_OWED), (done, noted) -> done)
                .whenComplete((done, fault) -> {
                    if (fault != null) {
                        debt.ifPresent(Debts.Debt::pay);
                        // It is sent again, and shall go on with the task then.
                        message.existingTaskId()
                                .ifPresent(task -> waits(request.device().agent(), task));
                    }
                });
    }

    /**
     * Answers what was asked at another gateway. The stage completes when the answer is on its way, or will be when the task has one; it fails
     * when the task cannot be had.
     */
    CompletionStage<Void> resume(Caller caller, OwedReply owed, ReplyPort port) {
        OptionalInt historyLength =
                owed.getHistoryLength() < 0 ? OptionalInt.empty() : OptionalInt.of(owed.getHistoryLength());
        return exchange.find(caller, owed.getTaskId()).thenCompose(view -> {
            if (!owed.getStreaming() && isSettled(view)) {
                answer(caller, view, historyLength, port);
                return CompletableFuture.completedFuture(null);
            }
            return exchange.follow(caller, owed.getTaskId()).thenAccept(task -> {
                if (owed.getStreaming()) {
                    stream(caller, task, port);
                } else {
                    whenSettled(caller, historyLength, task, port);
                }
            });
        });
    }

    private static boolean isSettled(TaskView view) {
        return States.terminal(view.state()) || ReplyStream.waitsForCaller(view.state());
    }

    private CompletionStage<OpenTask> told(Caller caller, Wishes wishes, OpenTask task) {
        if (wishes.push().isEmpty()) {
            return CompletableFuture.completedFuture(task);
        }
        return plain.keep(caller, task.taskId(), wishes.push().get())
                .thenApply(done -> task)
                .whenComplete((done, fault) -> {
                    if (fault != null) {
                        task.release();
                    }
                });
    }

    private CompletionStage<?> plain(DeviceRequest request, ReplyPort port) {
        if (!PlainOperations.has(request.operation())) {
            throw notServed(request.operation());
        }
        return plain.perform(request)
                .thenAccept(body -> port.result(body, Optional.empty(), () -> plain.perform(request)))
                .handle((done, fault) -> fault == null ? CompletableFuture.completedFuture(null) : refuse(fault, port))
                .thenCompose(stage -> stage);
    }

    private AgentMessage message(DeviceRequest request) {
        String taskId = request.params().path("message").path("taskId").asText("");
        if (!UUID_4.matcher(taskId).matches()) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST,
                    "message.taskId: is '" + Printable.of(taskId)
                            + "' (expected a UUID version 4 in lower case, made by the requester)");
        }
        AgentMessage read = SendRequests.toMessage(
                request.params(), request.device().agent().tenant(), Optional.of(request.addressed()), request.terms());
        if (read.need().target().isEmpty()
                && read.need().skill().isEmpty()
                && read.need().tags().isEmpty()
                && read.need().intent().isBlank()
                && !isAsked(request.device().agent(), taskId)) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST,
                    "message: sent to '" + AgentId.GATEWAY
                            + "' without saying what is needed (expected a text part, or skill, tags or intent in the"
                            + " delegation extension)");
        }
        boolean goesOn = goesOn(request.device().agent(), taskId);
        return new AgentMessage(
                read.messageId(),
                read.contextId(),
                goesOn ? Optional.of(taskId) : Optional.empty(),
                goesOn ? Optional.empty() : Optional.of(taskId),
                read.need(),
                read.message(),
                read.terms());
    }

    private void follow(DeviceRequest request, Wishes wishes, OpenTask task, ReplyPort port) {
        Caller caller = request.device().caller();
        if (request.operation().equals("SendStreamingMessage")) {
            stream(caller, task, port);
            return;
        }
        if (wishes.delivery() == SendRequests.Delivery.AT_ONCE) {
            answer(caller, task.view(), wishes.historyLength(), port);
            task.release();
            return;
        }
        whenSettled(caller, wishes.historyLength(), task, port);
    }

    private void whenSettled(Caller caller, OptionalInt historyLength, OpenTask task, ReplyPort port) {
        task.settled().whenComplete((view, fault) -> {
            if (fault == null) {
                answer(caller, view, historyLength, port);
            } else {
                say(fault, port);
            }
            task.release();
        });
    }

    private void stream(Caller caller, OpenTask task, ReplyPort port) {
        new ReplyStream(
                        task,
                        port,
                        taskId -> waits(caller.agent().orElseThrow(), taskId),
                        remakes.first(caller, task.taskId()),
                        place -> remakes.update(caller, task.taskId(), place))
                .start();
    }

    private void answer(Caller caller, TaskView view, OptionalInt historyLength, ReplyPort port) {
        if (ReplyStream.waitsForCaller(view.state())) {
            waits(caller.agent().orElseThrow(), view.taskId());
        }
        port.result(
                Tasks.taskResponse(Tasks.task(view, historyLength)),
                view.assignment().map(Assignment::agent),
                remakes.task(caller, view.taskId(), historyLength, Tasks::taskResponse));
    }

    /** Bounded here: when very many wait, only the topic knows, a moment later. */
    private void waits(AgentRef agent, String taskId) {
        if (waiting.size() < MOST_WAITING_TASKS) {
            waiting.put(taskId, taskId);
        }
        owed.asks(agent, taskId);
    }

    private boolean isAsked(AgentRef agent, String taskId) {
        return waiting.containsKey(taskId) || owed.isAsked(agent, taskId);
    }

    private boolean goesOn(AgentRef agent, String taskId) {
        boolean asked = isAsked(agent, taskId);
        if (asked) {
            waiting.remove(taskId);
            owed.answered(agent, taskId);
        }
        return asked;
    }

    private void get(DeviceRequest request, ReplyPort port) {
        String taskId = taskId(request.params());
        OptionalInt historyLength = SendRequests.historyLength(request.params());
        exchange.find(request.device().caller(), taskId).whenComplete((view, fault) -> {
            if (fault == null) {
                shown(request, view, historyLength, port);
            } else {
                say(fault, port);
            }
        });
    }

    private void shown(DeviceRequest request, TaskView view, OptionalInt historyLength, ReplyPort port) {
        port.result(
                Tasks.task(view, historyLength),
                view.assignment().map(Assignment::agent),
                remakes.task(request.device().caller(), view.taskId(), historyLength, UnaryOperator.identity()));
    }

    /** The task as it stands, then its updates; one that has ended has none. */
    private void subscribe(DeviceRequest request, ReplyPort port) {
        String taskId = taskId(request.params());
        exchange.find(request.device().caller(), taskId)
                .thenCompose(view -> {
                    if (States.terminal(view.state())) {
                        throw new RefusedException(
                                Refusal.TASK_ENDED,
                                "task " + taskId + " has ended as " + view.state()
                                        + " (expected one that still runs; GetTask shows how it ended)");
                    }
                    return exchange.follow(request.device().caller(), taskId);
                })
                .whenComplete((open, fault) -> {
                    if (fault == null) {
                        stream(request.device().caller(), open, port);
                    } else {
                        say(fault, port);
                    }
                });
    }

    private CompletionStage<?> cancel(DeviceRequest request, ReplyPort port) {
        return exchange.cancel(request.device().caller(), taskId(request.params()), "the caller asked for it")
                .thenAccept(view -> shown(request, view, OptionalInt.empty(), port))
                .handle((done, fault) -> fault == null ? CompletableFuture.completedFuture(null) : refuse(fault, port))
                .thenCompose(stage -> stage);
    }

    private static String taskId(ObjectNode params) {
        String id = params.path("id").asText("");
        if (id.isEmpty() || id.length() > 256) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST, "id: is missing or too long (expected the id of a task)");
        }
        return id;
    }

    /** Answers a fault that comes too late to be sent again. */
    private static void say(Throwable fault, ReplyPort port) {
        if (refuse(fault, port).isCompletedExceptionally()) {
            port.refused(Refusal.UNAVAILABLE, Refusal.UNAVAILABLE.meaning());
        }
    }

    /** Answers a refusal; the stage says whether the device must send again. */
    private static CompletableFuture<Void> refuse(Throwable fault, ReplyPort port) {
        Throwable cause = fault instanceof CompletionException && fault.getCause() != null ? fault.getCause() : fault;
        if (cause instanceof RefusedException refused && !NOT_STORED.contains(refused.refusal())) {
            port.refused(refused.refusal(), refused.sentence());
            return CompletableFuture.completedFuture(null);
        }
        return CompletableFuture.failedFuture(cause);
    }

    private static RefusedException notServed(String operation) {
        return new RefusedException(
                Refusal.UNKNOWN_OPERATION,
                "operation: '" + Printable.of(operation) + "' (expected an operation of A2A 1.0, such as SendMessage)");
    }
}
