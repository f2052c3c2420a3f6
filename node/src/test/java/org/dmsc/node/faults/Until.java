package org.dmsc.node.faults;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for events with a bound of the test's own choice. */
final class Until {

    private Until() {}

    static void happens(String what, Duration bound, BooleanSupplier condition) {
        happens(() -> what, bound, condition);
    }

    static void happens(Supplier<String> what, Duration bound, BooleanSupplier condition) {
        long end = System.nanoTime() + bound.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("did not happen within " + bound.toSeconds() + " s: " + what.get());
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }
}
