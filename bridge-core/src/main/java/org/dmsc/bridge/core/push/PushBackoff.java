package org.dmsc.bridge.core.push;

import java.time.Duration;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/** When a receiver that failed is tried again, and when it is given up. Pure. */
final class PushBackoff {

    private static final long FIRST_MS = 500;
    private static final long LONGEST_MS = Duration.ofMinutes(5).toMillis();

    /** With the pauses above this is a little more than an hour. */
    private static final int MOST_FAILURES = 20;

    private static final int MOST_DOUBLINGS = 10;

    private PushBackoff() {}

    /** Whether that was the last try: it may never be called, or it failed for too long. */
    static boolean givesUp(RefusedException failure, int failures) {
        return failure.refusal() == Refusal.ADDRESS_NOT_ALLOWED || failures >= MOST_FAILURES;
    }

    /**
     * Milliseconds until the next try: doubled each time, spread over half of it so that many do not come at once.
     *
     * @param failures so far, at least 1
     * @param random from 0 to 1
     */
    static long pause(int failures, double random) {
        long whole = Math.min(LONGEST_MS, FIRST_MS << Math.min(MOST_DOUBLINGS, Math.max(0, failures - 1)));
        return whole / 2 + (long) (whole / 2.0 * random);
    }
}
