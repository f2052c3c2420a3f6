package org.dmsc.tenant.keys;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Notices that this process slept: a machine that was restored from a snapshot, or a checkpointed JVM, finds that the wall clock has moved and
 * its own counter of time has not. A copy of it may be running with the same data keys and counters then, so keys from before are not used
 * again. What it cannot notice: copies that are started while their clocks still agree. Thread-safe.
 */
final class Continuity {

    /** More than any clock is set by in normal life; a false alarm costs a few new data keys. */
    static final Duration LEAP = Duration.ofSeconds(5);

    private final Clock clock;
    private final LongSupplier nanos;
    private final AtomicLong difference;

    Continuity(Clock clock, LongSupplier nanos) {
        this.clock = clock;
        this.nanos = nanos;
        this.difference = new AtomicLong(now());
    }

    /** Whether the clock has leapt since the last call; true for one caller per leap. */
    boolean broken() {
        long before = difference.get();
        long now = now();
        return Math.abs(now - before) > LEAP.toMillis() && difference.compareAndSet(before, now);
    }

    private long now() {
        return clock.millis() - nanos.getAsLong() / 1_000_000L;
    }
}
