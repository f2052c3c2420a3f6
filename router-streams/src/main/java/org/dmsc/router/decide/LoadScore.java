package org.dmsc.router.decide;

import org.dmsc.schemas.avro.AgentHealth;
import org.dmsc.schemas.avro.AgentSnapshot;

/**
 * How loaded an agent is, in tasks per place: 0 is idle, 1 is full. CPU, latency, errors and a degraded health add to it, each at most half
 * of what a full queue does, so that they only decide between agents that are about equally busy.
 */
public final class LoadScore {

    private static final double CPU_WEIGHT = 0.5;
    private static final double LATENCY_WEIGHT = 0.25;
    private static final double ERROR_WEIGHT = 0.5;
    private static final double DEGRADED_WEIGHT = 0.25;
    /** An agent that takes this long on the mean gets half of the latency weight. */
    private static final double SLOW_MS = 2_000;

    private LoadScore() {}

    /** The load of a candidate. */
    public static double of(Candidate candidate) {
        AgentSnapshot agent = candidate.snapshot();
        double queue = (candidate.inFlight() + Math.max(0, agent.getQueueDepth())) / (double) candidate.capacity();
        double latency = Math.max(0, agent.getLatencyMs());
        return queue
                + CPU_WEIGHT * unit(agent.getCpu())
                + LATENCY_WEIGHT * latency / (latency + SLOW_MS)
                + ERROR_WEIGHT * unit(agent.getErrorRate())
                + (agent.getHealth() == AgentHealth.DEGRADED ? DEGRADED_WEIGHT : 0);
    }

    private static double unit(double value) {
        return Double.isNaN(value) ? 0 : Math.max(0, Math.min(1, value));
    }
}
