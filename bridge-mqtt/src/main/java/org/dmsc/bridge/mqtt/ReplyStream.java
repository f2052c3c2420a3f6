package org.dmsc.bridge.mqtt;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.OptionalInt;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.dmsc.bridge.core.OpenTask;
import org.dmsc.bridge.core.TaskUpdate;
import org.dmsc.bridge.core.TaskView;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.Tasks;
import org.dmsc.bridge.mqtt.ReplyPort.Follows;
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
    private final AtomicBoolean ended = new AtomicBoolean();

    ReplyStream(OpenTask task, ReplyPort port, Consumer<String> onWaiting) {
        this.task = task;
        this.port = port;
        this.onWaiting = onWaiting;
    }

    static boolean waitsForCaller(TaskStateName state) {
        return state == TaskStateName.INPUT_REQUIRED || state == TaskStateName.AUTH_REQUIRED;
    }

    void start() {
        TaskView view = task.view();
        ObjectNode first = Tasks.task(view, OptionalInt.of(0));
        // The updates that follow begin with the task's first: what is already there would come twice.
        first.remove("artifacts");
        port.item(Tasks.taskResponse(first), Follows.MORE);
        task.listen(this::update);
        task.settled().whenComplete((settled, fault) -> {
            if (fault != null) {
                failed(fault);
            }
        });
    }

    private void update(TaskUpdate update) {
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
        port.item(response, last ? Follows.NOTHING : Follows.MORE);
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
