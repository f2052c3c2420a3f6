package org.dmsc.bench;

import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * The time of a benchmark that is to be over within five minutes from the start of its process: what starting took and measuring will take
 * is known, and the rest is for the warm-up, which is never long enough on two cores.
 */
final class Budget {

    /** Five minutes, less what stopping takes and what slow windows overrun. */
    private static final Duration WHOLE = Duration.ofSeconds(275);

    private static final Duration LEAST = Duration.ofSeconds(12);
    private static final Duration MOST = Duration.ofSeconds(150);

    /** Who asks for longer windows than the defaults has the time. */
    private static final Duration LONG = Duration.ofSeconds(200);

    private Budget() {}

    /** How long to warm up now, when measuring takes that long after it. */
    static Duration forWarmUp(Duration measuring) {
        if (measuring.compareTo(LONG) > 0) {
            return MOST;
        }
        Duration spent = Duration.ofMillis(ManagementFactory.getRuntimeMXBean().getUptime());
        Duration left = WHOLE.minus(spent).minus(measuring);
        if (left.compareTo(LEAST) < 0) {
            return LEAST;
        }
        return left.compareTo(MOST) > 0 ? MOST : left;
    }
}
