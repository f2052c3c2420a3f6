package org.dmsc.bridge.http;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.registry.SubjectRegistry;

/** The schema registry on a thread of its own, because it blocks; when many ask at once the later ones are refused as OVERLOADED. */
public final class SchemaDesk implements AutoCloseable {

    private static final int MOST_WAITING = 256;
    private static final int IDLE_SECONDS = 30;

    private final SubjectRegistry registry;
    private final ThreadPoolExecutor executor;

    public SchemaDesk(SubjectRegistry registry) {
        this.registry = registry;
        this.executor = new ThreadPoolExecutor(
                1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MOST_WAITING), task -> {
                    Thread thread = new Thread(task, "dmsc-schemas");
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
    }

    <T> CompletionStage<T> ask(Function<SubjectRegistry, T> question) {
        try {
            return CompletableFuture.supplyAsync(() -> question.apply(registry), executor);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedStage(
                    new RefusedException(Refusal.OVERLOADED, "too many ask the schema registry; try again later"));
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
        registry.close();
    }
}
