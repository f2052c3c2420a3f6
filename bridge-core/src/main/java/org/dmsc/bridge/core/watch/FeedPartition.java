package org.dmsc.bridge.core.watch;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * One events partition that is read, or about to be: of an owned lane, or of a foreign one while somebody waits on it (and a while longer:
 * the next caller often comes soon).
 */
final class FeedPartition {

    private final CompletableFuture<Void> live = new CompletableFuture<>();
    private int waiters;
    private long idleSince;

    /** Completes when reading has begun: what is written from then on is seen. */
    CompletionStage<Void> live() {
        return live;
    }

    boolean isLive() {
        return live.isDone() && !live.isCompletedExceptionally();
    }

    void begun() {
        live.complete(null);
    }

    void failed(RuntimeException why) {
        live.completeExceptionally(why);
    }

    synchronized void enter() {
        waiters++;
    }

    synchronized void leave(long now) {
        waiters--;
        idleSince = now;
    }

    synchronized boolean idleFor(long millis, long now) {
        return waiters == 0 && now - idleSince >= millis;
    }
}
