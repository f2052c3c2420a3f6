package org.dmsc.bridge.core.publish;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.keys.AuditHmac;
import org.dmsc.tenant.keys.Envelopes;

/**
 * Keeps waits for keys off event loops. What seals for a tenant is done at once where the tenant's keys are in memory; otherwise it stands in
 * the tenant's line until a thread that may wait has fetched them, which a node without the vault does over the network, for up to two
 * seconds. A line keeps its order, and no tenant stands in another's. Thread-safe, never blocks.
 */
public final class KeysAtHand {

    /** What one tenant may have waiting; a key that is not had within two seconds is none for those either. */
    static final int MOST_WAITING = 2_000;

    private final Keys keys;
    private final Executor waiter;
    private final Map<TenantId, Line> lines = new ConcurrentHashMap<>();

    /** Keys as this class asks for them. */
    public interface Keys {
        /** Whether sealing for the tenant asks nobody; cheap. */
        boolean atHand(TenantId tenant);

        /** Makes it so; blocks. Refusals are thrown. */
        void fetch(TenantId tenant);
    }

    private static final class Line {
        private final Deque<Waiting<?>> waiting = new ArrayDeque<>();
    }

    private record Waiting<T>(Supplier<CompletionStage<T>> work, CompletableFuture<T> done) {

        void run() {
            try {
                work.get().whenComplete((value, failure) -> {
                    if (failure == null) {
                        done.complete(value);
                    } else {
                        done.completeExceptionally(failure);
                    }
                });
            } catch (RuntimeException e) {
                done.completeExceptionally(e);
            }
        }
    }

    /**
     * Over these keys.
     *
     * @param waiter runs what may block, each call on a thread of its own as long as it has some
     */
    public KeysAtHand(Keys keys, Executor waiter) {
        this.keys = keys;
        this.waiter = waiter;
    }

    /** The keys that a gateway seals and makes HMACs with. */
    public static Keys of(Envelopes envelopes, AuditHmac hmac) {
        return new Keys() {
            @Override
            public boolean atHand(TenantId tenant) {
                return envelopes.atHand(tenant) && hmac.atHand(tenant);
            }

            @Override
            public void fetch(TenantId tenant) {
                envelopes.fetch(tenant);
                hmac.fetch(tenant);
            }
        };
    }

    /**
     * Does the work when the tenant's keys are at hand, and not at all when they cannot be had: one question fails all that stood in line for
     * its answer, and who comes next asks anew.
     *
     * @throws RefusedException in the stage: UNAVAILABLE without keys, OVERLOADED when too much waits for them; what the work throws
     */
    public <T> CompletionStage<T> with(TenantId tenant, Supplier<CompletionStage<T>> work) {
        if (!lines.containsKey(tenant) && keys.atHand(tenant)) {
            return work.get();
        }
        CompletableFuture<T> done = new CompletableFuture<>();
        boolean[] first = {false};
        lines.compute(tenant, (same, known) -> {
            first[0] = known == null;
            Line line = known == null ? new Line() : known;
            if (line.waiting.size() < MOST_WAITING) {
                line.waiting.add(new Waiting<>(work, done));
            } else {
                done.completeExceptionally(overloaded(tenant));
            }
            return line;
        });
        if (first[0]) {
            begin(tenant);
        }
        return done;
    }

    private void begin(TenantId tenant) {
        try {
            waiter.execute(() -> serve(tenant));
        } catch (RejectedExecutionException e) {
            // The process stops: better late work on this thread than none.
            serve(tenant);
        }
    }

    private void serve(TenantId tenant) {
        try {
            keys.fetch(tenant);
        } catch (RuntimeException e) {
            // Taken away first: who hears of the failure and tries again stands in a new line.
            Optional.ofNullable(lines.remove(tenant))
                    .ifPresent(
                            failed -> failed.waiting.forEach(one -> one.done().completeExceptionally(e)));
            return;
        }
        while (true) {
            Deque<Waiting<?>> taken = new ArrayDeque<>();
            lines.computeIfPresent(tenant, (same, line) -> {
                taken.addAll(line.waiting);
                line.waiting.clear();
                return taken.isEmpty() ? null : line;
            });
            if (taken.isEmpty()) {
                return;
            }
            taken.forEach(Waiting::run);
        }
    }

    private static RefusedException overloaded(TenantId tenant) {
        return new RefusedException(
                Refusal.OVERLOADED,
                MOST_WAITING + " requests of tenant " + tenant + " wait for its keys; try again later");
    }
}
