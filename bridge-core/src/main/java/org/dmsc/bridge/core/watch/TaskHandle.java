package org.dmsc.bridge.core.watch;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.dmsc.bridge.core.OpenTask;
import org.dmsc.bridge.core.TaskListener;
import org.dmsc.bridge.core.TaskUpdate;
import org.dmsc.bridge.core.TaskView;
import org.dmsc.schemas.RefusedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One who waits for a task: what {@link TaskWatch} shares, seen by one caller. */
final class TaskHandle implements OpenTask {

    private static final Logger LOG = LoggerFactory.getLogger(TaskHandle.class);

    /** What counts as settled for this one. */
    enum Patience {
        /** Any interruption, also one of long ago. */
        ANY_INTERRUPTION,
        /** Only one that answers the message that was just sent. */
        NEXT_INTERRUPTION
    }

    private final TaskWatch watch;
    private final Patience patience;
    private final Runnable onRelease;
    private final CompletableFuture<TaskView> settled = new CompletableFuture<>();
    private final List<TaskListener> listeners = new CopyOnWriteArrayList<>();
    private volatile Optional<TaskView> before = Optional.empty();
    private volatile boolean released;
    private int baseline;

    TaskHandle(TaskWatch watch, Patience patience, Runnable onRelease) {
        this.watch = watch;
        this.patience = patience;
        this.onRelease = onRelease;
    }

    void settlesAfter(int interruptions) {
        baseline = interruptions;
    }

    /** Remembers where the task stands, for {@link #before}. */
    void markBefore() {
        before = Optional.of(watch.view());
    }

    boolean settledBy(int interruptions) {
        return patience == Patience.ANY_INTERRUPTION || interruptions > baseline;
    }

    void hear(TaskUpdate update) {
        listeners.forEach(listener -> tell(listener, update));
    }

    private void tell(TaskListener listener, TaskUpdate update) {
        if (released) {
            return;
        }
        try {
            listener.onUpdate(update);
        } catch (RuntimeException e) {
            LOG.atError().addKeyValue("taskId", taskId()).setCause(e).log("a listener failed");
        }
    }

    void settle() {
        if (!settled.isDone()) {
            settled.complete(watch.view());
        }
    }

    void fail(RefusedException why) {
        settled.completeExceptionally(why);
    }

    @Override
    public String taskId() {
        return watch.task().taskId();
    }

    @Override
    public String contextId() {
        return watch.task().contextId();
    }

    @Override
    public void listen(TaskListener listener) {
        watch.replay(update -> tell(listener, update), () -> listeners.add(listener));
    }

    @Override
    public CompletionStage<TaskView> settled() {
        return settled.minimalCompletionStage();
    }

    @Override
    public TaskView view() {
        return watch.view();
    }

    @Override
    public TaskView before() {
        return before.orElseGet(this::view);
    }

    @Override
    public void release() {
        boolean first;
        synchronized (this) {
            first = !released;
            released = true;
        }
        if (first) {
            listeners.clear();
            watch.detach(this);
            onRelease.run();
        }
    }
}
