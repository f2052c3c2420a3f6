package org.dmsc.router.task;

import java.time.Duration;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * How long the router waits for what.
 *
 * @param registryLag a task that finds nobody looks again for so long, because the gateway may know an agent a moment before this process does
 * @param noneUp how long a task waits for an agent that fits but is not up
 * @param retention how long an ended task is answered from the store and guards against a second submission
 * @param recheck how soon a task is looked at again whose own closing event has not come back yet
 * @param mostWaiting how many tasks of one tenant may wait for an agent in one lane; a new one more is refused
 */
public record Patience(Duration registryLag, Duration noneUp, Duration retention, Duration recheck, int mostWaiting) {

    /** What a fabric starts with; retention is that of the events topic. */
    public static final Patience DEFAULT = new Patience(
            Duration.ofMillis(250), Duration.ofSeconds(30), Duration.ofDays(7), Duration.ofSeconds(1), 5_000);

    public Patience {
        if (registryLag.isNegative()
                || noneUp.isNegative()
                || retention.toMillis() < 1
                || recheck.toMillis() < 1
                || mostWaiting < 0) {
            throw new RefusedException(
                    Refusal.INVALID_CONFIGURATION,
                    "waits: " + registryLag + ", " + noneUp + ", " + retention + ", " + recheck
                            + " (expected none negative, retention and recheck at least 1 ms, " + mostWaiting
                            + " waiting at least 0)");
        }
    }
}
