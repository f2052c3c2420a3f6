package org.dmsc.registry.health;

import org.dmsc.schemas.avro.AttemptOutcome;

/** How attempts count for an agent. */
final class Ratings {

    private static final double HUNDREDTH = 100;
    private static final double THOUSANDTH = 1000;

    private Ratings() {}

    /** What an outcome says of the agent. */
    enum Verdict {
        WELL_DONE,
        BADLY_DONE,
        /** It said no, or nobody wanted it any more: nothing about how well it works. */
        NEITHER
    }

    static Verdict of(AttemptOutcome outcome) {
        switch (outcome) {
            case COMPLETED:
                return Verdict.WELL_DONE;
            case FAILED:
            case UNDELIVERED:
            case TIMED_OUT:
            case LOST:
                return Verdict.BADLY_DONE;
            case REJECTED:
            case CANCELED:
                return Verdict.NEITHER;
        }
        throw new IllegalStateException("unknown outcome: " + outcome);
    }

    /** The exponentially weighted mean after a new value. */
    static double mean(double before, double value, double weight) {
        return Math.round((before * (1 - weight) + value * weight) * THOUSANDTH) / THOUSANDTH;
    }

    /** The same for latencies: the first one counts in full. */
    static double latency(double before, long latencyMs, double weight) {
        return before == 0 ? (double) latencyMs : mean(before, (double) latencyMs, weight);
    }

    /** To two decimals, so that noise is no change. */
    static double rounded(double value) {
        return Math.round(value * HUNDREDTH) / HUNDREDTH;
    }
}
