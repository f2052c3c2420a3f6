package org.dmsc.bridge.mqtt;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.dmsc.bridge.core.Exchange;
import org.dmsc.bridge.core.OpenTask;
import org.dmsc.bridge.core.TaskView;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.Tasks;
import org.dmsc.tenant.identity.Caller;

/** Makes what was to be said about a task again from Kafka, as its caller may see it. */
final class Remakes {

    /** A task is read from the router's store or the log within this time, or later again. */
    private static final int PATIENCE_SECONDS = 30;

    private final Exchange exchange;

    Remakes(Exchange exchange) {
        this.exchange = exchange;
    }

    /** An answer that shows the task. */
    ReplyPort.Remake task(Caller caller, String taskId, OptionalInt historyLength, UnaryOperator<ObjectNode> shape) {
        return () -> exchange.find(caller, taskId).thenApply(view -> shape.apply(Tasks.task(view, historyLength)));
    }

    /** The first item of a stream. */
    ReplyPort.Remake first(Caller caller, String taskId) {
        return () -> exchange.find(caller, taskId).thenApply(Remakes::first);
    }

    /** The task without what the updates that follow say. */
    static ObjectNode first(TaskView view) {
        ObjectNode first = Tasks.task(view, OptionalInt.of(0));
        // The updates that follow begin with the task's first: what is already there would come twice.
        first.remove("artifacts");
        return Tasks.taskResponse(first);
    }

    /** One update of a task, by its place among them. */
    ReplyPort.Remake update(Caller caller, String taskId, int place) {
        return () -> exchange.follow(caller, taskId).thenCompose(open -> at(open, place));
    }

    private static CompletionStage<ObjectNode> at(OpenTask open, int place) {
        CompletableFuture<ObjectNode> found = new CompletableFuture<>();
        AtomicInteger places = new AtomicInteger();
        open.listen(update -> {
            if (places.getAndIncrement() == place) {
                found.complete(A2aJson.parse(update.streamResponse()));
            }
        });
        return found.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).whenComplete((update, fault) -> open.release());
    }
}
