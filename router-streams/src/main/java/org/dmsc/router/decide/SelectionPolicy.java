package org.dmsc.router.decide;

import java.time.Duration;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * The numbers behind a choice.
 *
 * @param relevanceMargin candidates whose relevance is at least {@code best × (1 − margin)} count as equally fit, and load decides
 * @param firstBackoff the wait before an agent that was tried is tried again; doubles with each attempt
 * @param longestBackoff where the doubling ends
 * @param busyRetry how soon a task that found every agent busy or away looks again at the latest; a place that falls free wakes it earlier
 */
public record SelectionPolicy(
        double relevanceMargin, Duration firstBackoff, Duration longestBackoff, Duration busyRetry) {

    /** What a fabric starts with. */
    public static final SelectionPolicy DEFAULT =
            new SelectionPolicy(0.25, Duration.ofMillis(100), Duration.ofSeconds(5), Duration.ofSeconds(1));

    public SelectionPolicy {
        if (relevanceMargin < 0 || relevanceMargin >= 1) {
            throw new RefusedException(
                    Refusal.INVALID_CONFIGURATION,
                    "relevance margin: " + relevanceMargin + " (expected at least 0 and less than 1)");
        }
        if (firstBackoff.isNegative() || longestBackoff.compareTo(firstBackoff) < 0 || busyRetry.toMillis() < 1) {
            throw new RefusedException(
                    Refusal.INVALID_CONFIGURATION,
                    "backoff: first " + firstBackoff + ", longest " + longestBackoff + ", busy " + busyRetry
                            + " (expected 0 <= first <= longest and busy of at least 1 ms)");
        }
    }
}
