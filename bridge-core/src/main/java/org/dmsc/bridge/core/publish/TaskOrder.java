package org.dmsc.bridge.core.publish;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Keeps the order of one task's records when one of them must wait until its payload is stored. Thread-safe, never blocks. */
final class TaskOrder {

    private final Map<String, CompletableFuture<Void>> tails = new ConcurrentHashMap<>();

    /**
     * Sends a record when it is ready and all that was given for the same task before has been sent or has failed.
     *
     * @param send not called when the record failed
     * @return what sending came to; fails with the record's own failure
     */
    <R, T> CompletionStage<T> send(String task, CompletionStage<R> ready, Function<R, CompletionStage<T>> send) {
        CompletableFuture<R> record = ready.toCompletableFuture();
        if (record.isDone() && !record.isCompletedExceptionally() && !tails.containsKey(task)) {
            return send.apply(record.join());
        }
        CompletableFuture<T> sent = new CompletableFuture<>();
        CompletableFuture<Void> tail = tails.compute(task, (same, before) -> {
            CompletableFuture<?> settled = record.handle((made, failure) -> made);
            CompletableFuture<?> turn = before == null ? settled : before.thenCombine(settled, (earlier, made) -> made);
            return turn.thenRun(() -> go(record, send, sent));
        });
        CompletableFuture<Void> unused = tail.whenComplete((done, failure) -> tails.remove(task, tail));
        return sent;
    }

    private static <R, T> void go(
            CompletableFuture<R> record, Function<R, CompletionStage<T>> send, CompletableFuture<T> sent) {
        try {
            send.apply(record.join()).whenComplete((done, failure) -> {
                if (failure == null) {
                    sent.complete(done);
                } else {
                    sent.completeExceptionally(failure);
                }
            });
        } catch (CompletionException e) {
            sent.completeExceptionally(e.getCause() == null ? e : e.getCause());
        } catch (RuntimeException e) {
            sent.completeExceptionally(e);
        }
    }
}
