package org.dmsc.bridge.mqtt;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.dmsc.bridge.core.OpenTask;
import org.dmsc.bridge.core.TaskUpdate;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.mqtt.ReplyPort.Follows;
import org.dmsc.bridge.mqtt.ReplyPort.Remake;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.TaskStateName;

/**
 * Answers one request with a stream: the task first, then each update. Unlike over HTTP it ends with the task <em>or</em> when the task waits
 * for its caller, as A2A over MQTT says.
 */
final class ReplyStream {

    private final OpenTask task;
    private final ReplyPort port;
    private final Consumer<String> onWaiting;
    private final Remake first;
    private final IntFunction<Remake> again;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicInteger places = new AtomicInteger();

    /** @param again makes the update at a place anew */
    ReplyStream(OpenTask task, ReplyPort port, Consumer<String> onWaiting, Remake first, IntFunction<Remake> again) {
        this.task = task;
        this.port = port;
        this.onWaiting = onWaiting;
        this.first = first;
        this.again = again;
    }

    static boolean waitsForCaller(TaskStateName state) {
        return state == TaskStateName.INPUT_REQUIRED || state == TaskStateName.AUTH_REQUIRED;
    }

    void start() {
        port.item(Remakes.first(task.view()), Follows.MORE, first);
        task.listen(this::update);
        task.settled().whenComplete((settled, fault) -> {
            if (fault != null) {
                failed(fault);
            }
        });
    }

    private void update(TaskUpdate update) {
        int place = places.getAndIncrement();
        if (ended.get()) {
            return;
        }
        ObjectNode response = A2aJson.parse(update.streamResponse());
        boolean waits = waits(response);
        boolean last = update.last() || waits;
        if (last && !ended.compareAndSet(false, true)) {
            return;
        }
        if (waits) {
            onWaiting.accept(task.taskId());
        }
        port.item(response, last ? Follows.NOTHING : Follows.MORE, again.apply(place));
        if (last) {
            task.release();
        }
    }

    private void failed(Throwable fault) {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        Throwable cause = fault instanceof CompletionException && fault.getCause() != null ? fault.getCause() : fault;
        if (cause instanceof RefusedException refused) {
            port.refused(refused.refusal(), refused.sentence());
        } else {
            port.refused(Refusal.INTERNAL, Refusal.INTERNAL.meaning());
        }
        task.release();
    }

    private static boolean waits(ObjectNode response) {
        String state =
                response.path("statusUpdate").path("status").path("state").asText("");
        return state.equals("TASK_STATE_INPUT_REQUIRED") || state.equals("TASK_STATE_AUTH_REQUIRED");
    }
}
