package org.dmsc.bridge.core.relay;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/** One word that was sent to some gateways, until one says that it took it, or all that they do not know it. Thread-safe. */
final class Question {

    private final Set<String> silent;
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    Question(Set<String> asked) {
        silent = new HashSet<>(asked);
    }

    CompletableFuture<Void> done() {
        return done;
    }

    void taken() {
        done.complete(null);
    }

    /** What one of them said. Not to know it counts only when all say so. */
    void refused(String gateway, RefusedException why) {
        boolean last;
        synchronized (this) {
            silent.remove(gateway);
            last = silent.isEmpty();
        }
        if (why.refusal() != Refusal.TASK_UNKNOWN || last) {
            done.completeExceptionally(why);
        }
    }

    /** Nothing more is waited for. */
    void over() {
        done.completeExceptionally(
                new RefusedException(
                        Refusal.UNAVAILABLE,
                        "delivery: the gateway that holds it was not heard in time (expected to be said again: it may be stored, or not)"));
    }
}
