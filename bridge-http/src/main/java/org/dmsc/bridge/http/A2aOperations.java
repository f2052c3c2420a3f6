package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.dmsc.bridge.core.AgentMessage;
import org.dmsc.bridge.core.Exchange;
import org.dmsc.bridge.core.OpenTask;
import org.dmsc.bridge.core.TaskView;
import org.dmsc.bridge.core.Terms;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.SendRequests;
import org.dmsc.bridge.core.a2a.States;
import org.dmsc.bridge.core.a2a.Tasks;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/** The A2A operations, whatever binding they came in. Stages fail with {@link AuditedRefusal} for what the exchange refused. */
final class A2aOperations {

    private static final String PROTOCOL = "a2a-http";
    private static final Pattern TRACEPARENT = Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");

    private final Exchange exchange;

    A2aOperations(Exchange exchange) {
        this.exchange = exchange;
    }

    /** SendMessage: {@code {"task": …}}, when it is settled or, if wished, at once. */
    CompletionStage<ObjectNode> send(Call call, ObjectNode request, Optional<AgentRef> addressed) {
        SendRequests.Wishes wishes = SendRequests.wishes(request);
        return ask(call, request, addressed, terms(call, Streaming.NO)).thenCompose(open -> {
            var unused = call.context().whenRequestCancelled().thenAccept(cancelled -> open.release());
            CompletionStage<TaskView> view = wishes.delivery() == SendRequests.Delivery.AT_ONCE
                    ? CompletableFuture.completedStage(open.view())
                    : open.settled();
            return view.whenComplete((settled, failure) -> open.release())
                    .thenApply(settled -> Tasks.taskResponse(Tasks.task(settled, wishes.historyLength())));
        });
    }

    /** SendStreamingMessage: the task, to be followed from its first update. */
    CompletionStage<OpenTask> stream(Call call, ObjectNode request, Optional<AgentRef> addressed) {
        return ask(call, request, addressed, terms(call, Streaming.YES));
    }

    /** GetTask. */
    CompletionStage<ObjectNode> get(Call call, String taskId, OptionalInt historyLength) {
        return audited(exchange.find(call.caller(), known(taskId))).thenApply(view -> Tasks.task(view, historyLength));
    }

    /** CancelTask. */
    CompletionStage<ObjectNode> cancel(Call call, String taskId) {
        return audited(exchange.cancel(call.caller(), known(taskId), "the caller cancelled it"))
                .thenApply(view -> Tasks.task(view, OptionalInt.empty()));
    }

    /** SubscribeToTask: refused for a task that has ended. */
    CompletionStage<OpenTask> subscribe(Call call, String taskId) {
        return audited(exchange.follow(call.caller(), known(taskId))).thenApply(open -> {
            if (States.terminal(open.view().state())) {
                open.release();
                throw new RefusedException(
                        Refusal.TASK_ENDED,
                        "task " + open.taskId() + ": has ended (expected one that goes on; read it with GetTask)");
            }
            return open;
        });
    }

    /** An operation of A2A that this gateway does not serve. */
    static RefusedException unsupported(String operation) {
        if (operation.contains("PushNotification")) {
            return new RefusedException(
                    Refusal.PUSH_UNSUPPORTED,
                    operation
                            + ": push notifications are not supported here (expected SendStreamingMessage or GetTask)");
        }
        return new RefusedException(
                Refusal.UNSUPPORTED_OPERATION,
                operation
                        + ": not supported here (expected SendMessage, SendStreamingMessage, GetTask, CancelTask or SubscribeToTask)");
    }

    private CompletionStage<OpenTask> ask(Call call, ObjectNode request, Optional<AgentRef> addressed, Terms terms) {
        AgentMessage message = SendRequests.toMessage(request, call.caller().tenant(), addressed, terms);
        return audited(exchange.ask(call.caller(), message));
    }

    private static <T> CompletionStage<T> audited(CompletionStage<T> stage) {
        return stage.exceptionally(failure -> {
            throw new CompletionException(AuditedRefusal.mark(failure));
        });
    }

    private static Terms terms(Call call, Streaming streaming) {
        Optional<String> trace = call.header("traceparent")
                .filter(value -> TRACEPARENT.matcher(value).matches());
        return new Terms(streaming == Streaming.YES, Optional.empty(), PROTOCOL, trace, Optional.empty());
    }

    /** Task ids are UUIDs: anything else is nobody's task. */
    private static String known(String taskId) {
        try {
            return UUID.fromString(taskId).toString();
        } catch (IllegalArgumentException e) {
            throw new RefusedException(
                    Refusal.TASK_UNKNOWN,
                    "task: no task '" + Printable.of(taskId)
                            + "' of this caller (expected an id that the fabric gave)");
        }
    }

    private enum Streaming {
        YES,
        NO
    }

    /** Members of a request that hold a whole number may come as query parameters. */
    static OptionalInt historyLength(Optional<String> query) {
        ObjectNode holder = A2aJson.object();
        query.ifPresent(value -> holder.put("historyLength", value));
        return SendRequests.historyLength(holder);
    }
}
