package org.dmsc.bridge.core.ask;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;

/**
 * Tasks that were taken here and of which the router has not said anything yet. When these are many and the oldest is old, the router does not
 * keep up, and more tasks would only wait longer: then tenants that have more than their part of them are refused, the others go on.
 * Thread-safe, never blocks.
 */
final class Flights {

    /** So many may be unheard at any time: a router that is only slow to start gets them done. */
    static final int MOST_UNHEARD = 256;

    /** So long a router that is replaced by another one takes at most before it says something. */
    static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private final Clock clock;
    private final Queue<Flight> oldestFirst = new ConcurrentLinkedQueue<>();
    private final Map<TenantId, AtomicInteger> unheardOf = new ConcurrentHashMap<>();
    private final AtomicInteger unheard = new AtomicInteger();

    Flights(Clock clock) {
        this.clock = clock;
    }

    /**
     * Refuses a new task while the router lags and its tenant waits for more than its part.
     *
     * @throws RefusedException OVERLOADED
     */
    void requireRoom(TenantId tenant) {
        if (unheard.get() < MOST_UNHEARD || !lags()) {
            return;
        }
        AtomicInteger own = unheardOf.get(tenant);
        int part = MOST_UNHEARD / Math.max(1, unheardOf.size());
        if (own != null && own.get() >= part) {
            throw RefusedException.until(
                    Refusal.OVERLOADED,
                    "the router is behind: " + unheard.get() + " tasks wait for it, " + own.get() + " of tenant "
                            + tenant + " (expected below " + part + "); try again in " + RETRY_AFTER.toSeconds() + " s",
                    RETRY_AFTER);
        }
    }

    /** A task was taken. */
    Flight took(TenantId tenant) {
        Flight flight = new Flight(tenant, clock.millis());
        oldestFirst.add(flight);
        unheard.incrementAndGet();
        unheardOf.compute(tenant, (key, known) -> {
            AtomicInteger count = known == null ? new AtomicInteger() : known;
            count.incrementAndGet();
            return count;
        });
        return flight;
    }

    private boolean lags() {
        for (Flight oldest = oldestFirst.peek(); oldest != null; oldest = oldestFirst.peek()) {
            if (!oldest.over.get()) {
                return clock.millis() - oldest.began > PATIENCE.toMillis();
            }
            oldestFirst.remove(oldest);
        }
        return false;
    }

    /** One task. */
    final class Flight {

        private final TenantId tenant;
        private final long began;
        private final AtomicBoolean over = new AtomicBoolean();

        private Flight(TenantId tenant, long began) {
            this.tenant = tenant;
            this.began = began;
        }

        /** The router said something of it, or nobody waits for that any more. */
        void heard() {
            if (over.compareAndSet(false, true)) {
                unheard.decrementAndGet();
                unheardOf.computeIfPresent(tenant, (key, count) -> count.decrementAndGet() == 0 ? null : count);
                prune();
            }
        }

        /** Only the head is looked at: what is behind it goes when it is the head. */
        private void prune() {
            for (Flight oldest = oldestFirst.peek(); oldest != null && oldest.over.get(); oldest = oldestFirst.peek()) {
                oldestFirst.remove(oldest);
            }
        }
    }
}
