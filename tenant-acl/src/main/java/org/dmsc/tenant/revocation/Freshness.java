package org.dmsc.tenant.revocation;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * How old is what this gateway knows of revocations? It writes numbered ticks to their topic and reads them back: one that came back proves
 * that everything written before it was sent has been read. The clock is monotonic. Thread-safe.
 */
public final class Freshness implements Supplier<Duration> {

    /** Before the first tick came back: older than anything that is still admitted. */
    private static final Duration NEVER = Duration.ofDays(1);

    private static final int MOST_ON_THE_WAY = 1024;

    private final LongSupplier nanos;
    private final AtomicLong next;
    private final Map<Long, Long> onTheWay = new ConcurrentHashMap<>();
    private volatile boolean heardOnce;
    private volatile long knownAt;

    /**
     * @param first number of the first tick; MUST be higher than all that earlier processes of this gateway used
     * @param nanos a monotonic clock
     */
    public Freshness(long first, LongSupplier nanos) {
        this.next = new AtomicLong(first);
        this.nanos = nanos;
    }

    /** The number of a tick that is sent now. */
    long send() {
        long number = next.getAndIncrement();
        if (onTheWay.size() >= MOST_ON_THE_WAY) {
            onTheWay.clear();
        }
        onTheWay.put(number, nanos.getAsLong());
        return number;
    }

    /** A tick came back; others' and those of earlier processes are unknown, and ignored. */
    synchronized void heard(long number) {
        Long sent = onTheWay.remove(number);
        if (sent != null && (!heardOnce || sent - knownAt > 0)) {
            knownAt = sent;
            heardOnce = true;
        }
    }

    /** How long ago the newest tick that came back was sent. */
    @Override
    public Duration get() {
        return heardOnce ? Duration.ofNanos(nanos.getAsLong() - knownAt) : NEVER;
    }
}
