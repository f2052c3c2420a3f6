package org.dmsc.bridge.mqtt;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.dmsc.schemas.RefusedException;

/**
 * Closes connections whose credentials count no more. A client that is just being let in cannot be disconnected yet, so it is tried again
 * until the connection is gone.
 */
final class Evictions {

    private static final Duration AGAIN = Duration.ofMillis(25);
    private static final int MOST_TRIES = 200;

    private final BiFunction<String, RefusedException, CompletionStage<Boolean>> disconnect;
    private final Map<String, CompletableFuture<Void>> going = new ConcurrentHashMap<>();

    /** @param disconnect ends the connection of a client id; false when it has none */
    Evictions(BiFunction<String, RefusedException, CompletionStage<Boolean>> disconnect) {
        this.disconnect = disconnect;
    }

    /** Ends one connection; the stage completes when it is gone. */
    CompletionStage<Void> evict(String connection, String clientId, RefusedException why) {
        CompletableFuture<Void> gone = going.computeIfAbsent(connection, key -> new CompletableFuture<>());
        attempt(clientId, why, gone, MOST_TRIES);
        return gone.whenComplete((done, failure) -> going.remove(connection));
    }

    /** The connection is gone. */
    void gone(String connection) {
        CompletableFuture<Void> waited = going.get(connection);
        if (waited != null) {
            waited.complete(null);
        }
    }

    private void attempt(String clientId, RefusedException why, CompletableFuture<Void> gone, int triesLeft) {
        disconnect.apply(clientId, why).whenComplete((found, failure) -> {
            if ((failure == null && found) || triesLeft == 0) {
                gone.complete(null);
            } else if (!gone.isDone()) {
                CompletableFuture.delayedExecutor(AGAIN.toMillis(), TimeUnit.MILLISECONDS)
                        .execute(() -> attempt(clientId, why, gone, triesLeft - 1));
            }
        });
    }
}
