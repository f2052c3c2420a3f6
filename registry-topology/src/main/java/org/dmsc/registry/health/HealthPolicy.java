package org.dmsc.registry.health;

import java.time.Duration;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * The numbers behind health.
 *
 * @param suspectAfter promised heartbeat intervals without one until the agent is suspect
 * @param downAfter promised heartbeat intervals without one until it is down
 * @param weight of the newest attempt in latency and error rate
 * @param degradedFrom error rate from which it is degraded
 * @param breakerFailures consecutive failures of a skill that open its breaker
 * @param firstRest how long an opened breaker stays open; doubles each time it opens again
 * @param longestRest where the doubling ends
 * @param fading how often the error rate is halved, so that an agent nobody chooses any more gets another chance
 * @param leaseCheck how often presence is compared with the gateways' leases
 * @param unknownGateway how long a presence counts whose gateway's lease was not seen yet
 * @param heldFrom goings of late from which an agent is held down
 * @param freeBelow goings of late below which it is free again
 * @param flapsHalve in which time the number of goings halves
 * @param degradedUntil error rate below which a degraded agent is up again
 */
public record HealthPolicy(
        double suspectAfter,
        double downAfter,
        double weight,
        double degradedFrom,
        int breakerFailures,
        Duration firstRest,
        Duration longestRest,
        Duration fading,
        Duration leaseCheck,
        Duration unknownGateway,
        double heldFrom,
        double freeBelow,
        Duration flapsHalve,
        double degradedUntil) {

    /** What a fabric starts with. */
    public static final HealthPolicy DEFAULT = new HealthPolicy(
            2,
            3,
            0.2,
            0.3,
            3,
            Duration.ofSeconds(10),
            Duration.ofMinutes(2),
            Duration.ofSeconds(30),
            Duration.ofSeconds(1),
            Duration.ofSeconds(6),
            5,
            1,
            Duration.ofSeconds(10),
            0.2);

    public HealthPolicy {
        require(suspectAfter >= 1 && downAfter >= suspectAfter, "heartbeats", "1 <= suspect <= down");
        require(weight > 0 && weight <= 1, "weight", "more than 0, at most 1");
        require(degradedFrom > 0 && degradedFrom <= 1, "degraded from", "more than 0, at most 1");
        require(breakerFailures >= 1, "breaker failures", "at least 1");
        require(!firstRest.isNegative() && longestRest.compareTo(firstRest) >= 0, "rests", "0 <= first <= longest");
        require(degradedUntil >= 0 && degradedUntil <= degradedFrom, "degraded until", "0 to degraded from");
        require(freeBelow > 0 && heldFrom >= freeBelow && flapsHalve.toMillis() >= 1, "flaps", "0 < free <= held");
        require(fading.toMillis() >= 1 && leaseCheck.toMillis() >= 1, "intervals", "at least 1 ms");
    }

    private static void require(boolean holds, String what, String expected) {
        if (!holds) {
            throw new RefusedException(
                    Refusal.INVALID_CONFIGURATION, "health policy: " + what + " (expected " + expected + ")");
        }
    }
}
