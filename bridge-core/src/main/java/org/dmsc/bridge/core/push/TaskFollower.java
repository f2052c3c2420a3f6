package org.dmsc.bridge.core.push;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.core.OpenTask;
import org.dmsc.bridge.core.StoredTask;
import org.dmsc.bridge.core.TaskQueries;
import org.dmsc.bridge.core.watch.TaskWatches;
import org.dmsc.bridge.core.watch.TaskWatches.Occasion;
import org.dmsc.bridge.core.watch.TaskWatches.Watching;
import org.dmsc.bridge.core.watch.WatchedTask;
import org.dmsc.schemas.AgentRef;

/** Follows the task of a configuration as its caller would. */
final class TaskFollower {

    private final TaskQueries queries;
    private final TaskWatches watches;

    TaskFollower(TaskQueries queries, TaskWatches watches) {
        this.queries = queries;
        this.watches = watches;
    }

    /** The task with all that happened to it so far; empty when it is gone, or is not that caller's. */
    CompletionStage<Optional<OpenTask>> follow(PushEntry entry) {
        return queries.find(entry.key().tenant(), entry.key().taskId()).thenCompose(found -> {
            Optional<StoredTask> own = found.filter(
                    task -> task.callerAgent().equals(entry.record().getCallerAgent()));
            if (own.isEmpty()) {
                return CompletableFuture.completedFuture(Optional.empty());
            }
            Watching watching = watches.watch(watched(entry, own.get()), Occasion.FOLLOW);
            return watching.whole()
                    .thenApply(whole -> Optional.of(watching.task()))
                    .whenComplete((task, failure) -> {
                        if (failure != null) {
                            watching.task().release();
                        }
                    });
        });
    }

    private WatchedTask watched(PushEntry entry, StoredTask task) {
        return new WatchedTask(
                AgentRef.of(entry.key().tenant().value(), entry.record().getCallerAgent()),
                entry.record().getCallerUri(),
                task.taskId(),
                task.contextId(),
                watches.messageOf(task),
                task.deadline());
    }
}
