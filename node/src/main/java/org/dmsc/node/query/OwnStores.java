package org.dmsc.node.query;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.dmsc.router.task.TaskSearch;

/** {@link HeldTasks} asked by a gateway in the same process, on a thread that may wait. */
public final class OwnStores implements TaskStores {

    private final HeldTasks stores;
    private final Executor thread;

    public OwnStores(HeldTasks stores, Executor thread) {
        this.stores = stores;
        this.thread = thread;
    }

    @Override
    public CompletionStage<Look> look(TaskQuestion question) {
        return later(() -> stores.look(question), Look.Elsewhere.UNKNOWN);
    }

    @Override
    public CompletionStage<KeptPage> search(TaskSearch search) {
        return later(() -> stores.search(search), KeptPage.NONE);
    }

    private <T> CompletionStage<T> later(Supplier<T> asking, T otherwise) {
        try {
            return CompletableFuture.supplyAsync(asking, thread);
        } catch (RejectedExecutionException e) {
            // Closing.
            return CompletableFuture.completedStage(otherwise);
        }
    }
}
