package org.dmsc.bridge.mqtt.testing;

import java.util.concurrent.Callable;
import java.util.function.Predicate;

/** Waits for something to become so, with a bound. */
public final class Eventually {

    private static final long PATIENCE_NANOS = 20_000_000_000L;

    private Eventually() {}

    public static <T> T get(String what, Callable<T> value, Predicate<T> wanted) throws Exception {
        long end = System.nanoTime() + PATIENCE_NANOS;
        T last = value.call();
        while (!wanted.test(last)) {
            if (System.nanoTime() > end) {
                throw new AssertionError("waited in vain for " + what + "; last seen: " + last);
            }
            Thread.onSpinWait();
            java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
            last = value.call();
        }
        return last;
    }

    public static void isTrue(String what, Callable<Boolean> condition) throws Exception {
        get(what, condition, Boolean::booleanValue);
    }
}
