package org.dmsc.bridge.core.ask;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.core.OpenTask;
import org.dmsc.bridge.core.TaskListener;
import org.dmsc.bridge.core.TaskView;

/** A task with the receipt of its acceptance. */
record ReceiptedTask(OpenTask task, String promise) implements OpenTask {

    @Override
    public String taskId() {
        return task.taskId();
    }

    @Override
    public String contextId() {
        return task.contextId();
    }

    @Override
    public Optional<String> receipt() {
        return Optional.of(promise);
    }

    @Override
    public void listen(TaskListener listener) {
        task.listen(listener);
    }

    @Override
    public CompletionStage<TaskView> settled() {
        return task.settled();
    }

    @Override
    public TaskView view() {
        return task.view();
    }

    @Override
    public void release() {
        task.release();
    }
}
