package org.dmsc.router.decide;

import org.dmsc.schemas.avro.AgentHealth;
import org.dmsc.schemas.avro.AgentSnapshot;

/**
 * How full an agent would be with one task more, in tasks per place: {@code 1 / capacity} is idle, 1 is full, more is a queue. CPU, errors
 * and a degraded health scale it, all together by at most 2.25, so that they decide between agents that are about
 * equally busy. Pure.
 *
 * <p>What an agent reports of itself (queue, CPU) can only cost it work: the tasks in flight are counted by the fabric, and numbers that
 * make no sense (negative, NaN, beyond their range) are read as those of a full agent. So lies and nonsense do not win tasks, and a
 * single absurd report weighs no more than {@link #MOST_QUEUES} full queues.
 */
public final class LoadScore {

    private static final double CPU_WEIGHT = 0.5;
    private static final double ERROR_WEIGHT = 0.5;
    private static final double DEGRADED_WEIGHT = 0.25;

    /** A reported queue counts up to so many times the capacity: beyond that it is full, however long it is. */
    static final int MOST_QUEUES = 10;

    /** Capacity is what an agent claims: more than this is not believed when loads are compared. */
    static final int MOST_CAPACITY = 1_000;

    private LoadScore() {}

    /** The load of a candidate; a finite number above 0. */
    public static double of(Candidate candidate) {
        AgentSnapshot agent = candidate.snapshot();
        double capacity = Math.min(MOST_CAPACITY, candidate.capacity());
        double tasks = 1.0 + Math.max(0, candidate.inFlight()) + queue(agent.getQueueDepth(), capacity);
        return tasks / capacity * aggravation(agent);
    }

    private static double queue(int reported, double capacity) {
        return reported < 0 ? capacity : Math.min(reported, MOST_QUEUES * capacity);
    }

    private static double aggravation(AgentSnapshot agent) {
        return 1
                + CPU_WEIGHT * share(agent.getCpu())
                + ERROR_WEIGHT * share(agent.getErrorRate())
                + (agent.getHealth() == AgentHealth.DEGRADED ? DEGRADED_WEIGHT : 0);
    }

    /** A share of 1; what is none counts as all of it. */
    private static double share(double value) {
        return value >= 0 && value <= 1 ? value : 1;
    }
}
