package org.dmsc.bridge.mqtt.testing;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.dmsc.bridge.core.AgentMessage;
import org.dmsc.bridge.core.Exchange;
import org.dmsc.bridge.core.OpenTask;
import org.dmsc.bridge.core.TaskFilter;
import org.dmsc.bridge.core.TaskListener;
import org.dmsc.bridge.core.TaskPage;
import org.dmsc.bridge.core.TaskUpdate;
import org.dmsc.bridge.core.TaskView;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.TaskStateName;
import org.dmsc.tenant.identity.Caller;

/** Remembers what was asked and answers as the test says. */
public final class FakeExchange implements Exchange {

    public record Asked(Caller caller, AgentMessage message) {}

    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private final Map<String, FakeTask> tasks = new ConcurrentHashMap<>();
    private volatile Function<FakeTask, CompletionStage<OpenTask>> behaviour = CompletableFuture::completedFuture;

    public List<Asked> asked() {
        return asked;
    }

    public void behave(Function<FakeTask, CompletionStage<OpenTask>> how) {
        behaviour = how;
    }

    public FakeTask task(String id) {
        return tasks.get(id);
    }

    @Override
    public CompletionStage<OpenTask> ask(Caller caller, AgentMessage message) {
        asked.add(new Asked(caller, message));
        String id = message.requesterTaskId().or(message::existingTaskId).orElseThrow();
        return behaviour.apply(tasks.computeIfAbsent(id, FakeTask::new));
    }

    @Override
    public CompletionStage<TaskView> find(Caller caller, String taskId) {
        FakeTask task = tasks.get(taskId);
        return task == null
                ? CompletableFuture.failedFuture(new RefusedException(Refusal.TASK_UNKNOWN, "no task " + taskId))
                : CompletableFuture.completedFuture(task.view());
    }

    @Override
    public CompletionStage<TaskPage> list(Caller caller, TaskFilter filter) {
        List<TaskView> views = tasks.values().stream().map(FakeTask::view).toList();
        return CompletableFuture.completedFuture(new TaskPage(views, Optional.empty(), views.size()));
    }

    @Override
    public CompletionStage<OpenTask> follow(Caller caller, String taskId) {
        FakeTask task = tasks.get(taskId);
        return task == null
                ? CompletableFuture.failedFuture(new RefusedException(Refusal.TASK_UNKNOWN, "no task " + taskId))
                : CompletableFuture.completedFuture(task);
    }

    @Override
    public CompletionStage<TaskView> cancel(Caller caller, String taskId, String reason) {
        return find(caller, taskId);
    }

    /** A task that moves when the test says so. */
    public static final class FakeTask implements OpenTask {

        private final String id;
        private final List<TaskUpdate> updates = new ArrayList<>();
        private final List<TaskListener> listeners = new ArrayList<>();
        private final CompletableFuture<TaskView> settled = new CompletableFuture<>();
        private volatile TaskStateName state = TaskStateName.SUBMITTED;
        private volatile boolean released;

        FakeTask(String id) {
            this.id = id;
        }

        public synchronized void update(TaskStateName to, String text, boolean last) {
            state = to;
            String json = "{\"statusUpdate\":{\"taskId\":\"" + id
                    + "\",\"contextId\":\"c\",\"status\":{\"state\":\"TASK_STATE_" + to
                    + "\",\"message\":{\"messageId\":\"m\",\"role\":\"ROLE_AGENT\",\"parts\":[{\"text\":\"" + text
                    + "\"}]}}}}";
            TaskUpdate update = new TaskUpdate(json.getBytes(StandardCharsets.UTF_8), last, updates.size());
            updates.add(update);
            listeners.forEach(listener -> listener.onUpdate(update));
            if (last) {
                settled.complete(view());
            }
        }

        public void fail(RuntimeException fault) {
            settled.completeExceptionally(fault);
        }

        public boolean released() {
            return released;
        }

        @Override
        public String taskId() {
            return id;
        }

        @Override
        public Optional<String> receipt() {
            return Optional.of("receipt-of-" + taskId());
        }

        @Override
        public String contextId() {
            return "c";
        }

        @Override
        public synchronized void listen(TaskListener listener) {
            updates.forEach(listener::onUpdate);
            listeners.add(listener);
        }

        @Override
        public CompletionStage<TaskView> settled() {
            return settled;
        }

        @Override
        public TaskView view() {
            return new TaskView(
                    id, "c", state, Optional.empty(), List.of(), List.of(), 0, Optional.empty(), Optional.empty());
        }

        @Override
        public void release() {
            released = true;
        }
    }
}
