package org.dmsc.bridge.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.dmsc.bridge.core.AgentMessage;
import org.dmsc.bridge.core.Exchange;
import org.dmsc.bridge.core.OpenTask;
import org.dmsc.bridge.core.TaskFilter;
import org.dmsc.bridge.core.TaskListener;
import org.dmsc.bridge.core.TaskPage;
import org.dmsc.bridge.core.TaskUpdate;
import org.dmsc.bridge.core.TaskView;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.TaskKey;
import org.dmsc.bridge.core.a2a.Tasks;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.TaskStateName;
import org.dmsc.tenant.identity.Caller;

/** Holds tasks in memory; tests say what becomes of them. */
final class FakeExchange implements Exchange {

    final BlockingQueue<FakeTask> asked = new LinkedBlockingQueue<>();
    private final Map<String, FakeTask> tasks = new ConcurrentHashMap<>();
    private volatile Consumer<FakeTask> onAsk = task -> {};

    /** Called with each task that is asked for, before anybody else knows of it. */
    void onAsk(Consumer<FakeTask> next) {
        onAsk = next;
    }

    List<FakeTask> all() {
        return List.copyOf(tasks.values());
    }

    void clear() {
        tasks.clear();
        asked.clear();
        onAsk = task -> {};
    }

    @Override
    public CompletionStage<OpenTask> ask(Caller caller, AgentMessage message) {
        if (message.need()
                .target()
                .filter(target -> !target.tenant().equals(caller.tenant()))
                .isPresent()) {
            return CompletableFuture.failedStage(
                    new RefusedException(Refusal.CROSS_TENANT, "no grant lets tenant " + caller.tenant() + " there"));
        }
        FakeTask task = new FakeTask(caller, message);
        tasks.put(task.taskId(), task);
        onAsk.accept(task);
        asked.add(task);
        return CompletableFuture.supplyAsync(() -> task);
    }

    @Override
    public CompletionStage<TaskView> find(Caller caller, String taskId) {
        return follow(caller, taskId).thenApply(OpenTask::view);
    }

    @Override
    public CompletionStage<TaskPage> list(Caller caller, TaskFilter filter) {
        List<TaskView> own = tasks.values().stream()
                .filter(task -> task.caller.id().equals(caller.id()))
                .map(task -> task.view().listed(task.view().updatedAt(), filter))
                .limit(filter.pageSize())
                .toList();
        return CompletableFuture.completedFuture(new TaskPage(own, Optional.empty(), own.size()));
    }

    @Override
    public CompletionStage<OpenTask> follow(Caller caller, String taskId) {
        FakeTask task = tasks.get(taskId);
        return task != null && task.caller.id().equals(caller.id())
                ? CompletableFuture.supplyAsync(() -> task)
                : CompletableFuture.failedStage(new RefusedException(Refusal.TASK_UNKNOWN, "no such task"));
    }

    @Override
    public CompletionStage<TaskView> cancel(Caller caller, String taskId, String reason) {
        return follow(caller, taskId).thenApply(open -> {
            FakeTask task = (FakeTask) open;
            if (task.view().state() == TaskStateName.CANCELED) {
                return task.view();
            }
            if (task.ended) {
                throw new RefusedException(Refusal.TASK_NOT_CANCELABLE, "has ended");
            }
            task.end(TaskStateName.CANCELED, "cancelled");
            return task.view();
        });
    }

    static final class FakeTask implements OpenTask {
        final Caller caller;
        final AgentMessage message;
        final CountDownLatch released = new CountDownLatch(1);
        private final String id = UUID.randomUUID().toString();
        private final CompletableFuture<TaskView> settled = new CompletableFuture<>();
        private final List<TaskUpdate> updates = new ArrayList<>();
        private final List<TaskListener> listeners = new ArrayList<>();
        private TaskStateName state = TaskStateName.SUBMITTED;
        private Optional<byte[]> said = Optional.empty();
        private boolean ended;

        FakeTask(Caller caller, AgentMessage message) {
            this.caller = caller;
            this.message = message;
        }

        @Override
        public String taskId() {
            return id;
        }

        @Override
        public Optional<String> receipt() {
            return Optional.of("receipt-of-" + id);
        }

        @Override
        public String contextId() {
            return "context-1";
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
        public synchronized TaskView view() {
            return new TaskView(
                    id,
                    contextId(),
                    state,
                    said,
                    List.of(),
                    List.of(message.message()),
                    1000,
                    Optional.empty(),
                    Optional.empty(),
                    updates.isEmpty()
                            ? Optional.empty()
                            : Optional.of(updates.get(updates.size() - 1).id()));
        }

        @Override
        public void release() {
            released.countDown();
        }

        void fail(Refusal refusal) {
            settled.completeExceptionally(new RefusedException(refusal, "it did not work"));
        }

        void work() {
            state = TaskStateName.WORKING;
            update(Tasks.statusUpdate(key(), state, Optional.empty(), 1000).toString(), false);
        }

        void artifact(String id) {
            update(
                    "{\"artifactUpdate\":{\"taskId\":\"" + this.id
                            + "\",\"contextId\":\"context-1\",\"artifact\":{\"artifactId\":\"" + id
                            + "\",\"parts\":[{\"text\":\"" + id + "\"}]}}}",
                    false);
        }

        void end(TaskStateName last, String text) {
            state = last;
            ended = true;
            var message = Tasks.textMessage(key(), "answer-1", text);
            said = Optional.of(A2aJson.bytes(message));
            update(Tasks.statusUpdate(key(), last, Optional.of(message), 1000).toString(), true);
            settled.complete(view());
        }

        synchronized void update(String json, boolean last) {
            TaskUpdate update = new TaskUpdate(
                    json.getBytes(java.nio.charset.StandardCharsets.UTF_8),
                    last,
                    updates.size(),
                    "event-" + updates.size());
            updates.add(update);
            listeners.forEach(listener -> listener.onUpdate(update));
        }

        private TaskKey key() {
            return new TaskKey(id, contextId());
        }
    }
}
