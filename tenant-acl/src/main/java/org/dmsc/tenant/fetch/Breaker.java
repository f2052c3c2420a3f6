package org.dmsc.tenant.fetch;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Keeps from calling what does not answer. Thread-safe.
 *
 * <pre>
 *   CLOSED ──5 failures in a row──▶ OPEN ──30 s──▶ one trial ──ok──▶ CLOSED
 *                                     ▲──────────── failed ──┘
 * </pre>
 */
public final class Breaker {

    private static final int MOST_FAILURES = 5;
    private static final long REST = Duration.ofSeconds(30).toNanos();

    private final LongSupplier nanos;
    private int failures;
    private long openedAt;
    private boolean trying;

    /** With a clock that only runs forward. */
    public Breaker(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Whether a call may be made now; whoever gets true MUST report how it ended. */
    public synchronized boolean mayCall() {
        if (failures < MOST_FAILURES) {
            return true;
        }
        if (trying || nanos.getAsLong() - openedAt < REST) {
            return false;
        }
        trying = true;
        return true;
    }

    /** The call was answered. */
    public synchronized void succeeded() {
        failures = 0;
        trying = false;
    }

    /** The call was not answered, or not as it should. */
    public synchronized void failed() {
        failures++;
        trying = false;
        openedAt = nanos.getAsLong();
    }
}
