package org.dmsc.bridge.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * How many renewals a second a gateway signs for one tenant, so that ten thousand agents that come back at once do not take the processor from
 * the data path. Whoever is too early is told when to come again, each a little later than the one before: the crowd comes back as a queue.
 * Thread-safe.
 */
final class RenewalPace {

    static final int PER_SECOND = 50;
    static final int BURST = 200;

    /** Nobody is sent away for longer: a certificate renews at half of its life, and devices may have an hour. */
    static final Duration LONGEST = Duration.ofMinutes(5);

    private static final long SLOT = TimeUnit.SECONDS.toNanos(1) / PER_SECOND;
    private static final double SPREAD = 0.1;
    private static final long MOST_TENANTS = 10_000;

    private final LongSupplier nanos;
    private final DoubleSupplier chance;
    private final Cache<String, Queue> queues = Caffeine.newBuilder()
            .maximumSize(MOST_TENANTS)
            .expireAfterAccess(LONGEST.multipliedBy(2))
            .build();

    /**
     * @param nanos as {@link System#nanoTime}
     * @param chance evenly from 0 to 1
     */
    RenewalPace(LongSupplier nanos, DoubleSupplier chance) {
        this.nanos = nanos;
        this.chance = chance;
    }

    /** Empty when it may be signed now; otherwise in what time to try again. */
    Optional<Duration> take(String trustDomain) {
        return queues.asMap()
                .computeIfAbsent(trustDomain, unused -> new Queue(nanos.getAsLong()))
                .take(nanos.getAsLong(), chance.getAsDouble());
    }

    /**
     * Two clocks that run at the same pace: {@code signed} is when the last signature would be due without a burst, {@code told} the latest
     * time that somebody was sent away to.
     */
    private static final class Queue {

        private long signed;
        private long told;

        Queue(long now) {
            this.signed = now - BURST * SLOT;
            this.told = now;
        }

        synchronized Optional<Duration> take(long now, double chance) {
            signed = Math.max(signed, now - BURST * SLOT);
            if (signed + SLOT <= now) {
                signed += SLOT;
                return Optional.empty();
            }
            told = Math.min(Math.max(told, now) + SLOT, now + LONGEST.toNanos());
            long wait = told - now;
            return Optional.of(Duration.ofNanos(wait + (long) (wait * SPREAD * chance)));
        }
    }
}
