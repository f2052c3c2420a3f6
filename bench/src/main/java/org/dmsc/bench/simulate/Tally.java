package org.dmsc.bench.simulate;

import java.util.HashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.avro.AttemptOutcome;
import org.dmsc.schemas.avro.TaskState;
import org.dmsc.schemas.avro.TaskStateName;

/** Counts what became of tasks and attempts. */
final class Tally {

    private static final long LONGEST_MS = 3_600_000;
    private static final int DIGITS = 3;

    private final Histogram latency = new Histogram(LONGEST_MS, DIGITS);
    private final Map<AgentRef, Integer> assigned = new HashMap<>();
    private long submitted;
    private long completed;
    private long failed;
    private long attempts;
    private long wasted;

    void submitted() {
        submitted++;
    }

    void assigned(AgentRef agent) {
        attempts++;
        assigned.merge(agent, 1, Integer::sum);
    }

    void closed(AttemptOutcome outcome) {
        wasted += outcome == AttemptOutcome.COMPLETED ? 0 : 1;
    }

    void ended(TaskState state) {
        if (state.getState() == TaskStateName.COMPLETED) {
            completed++;
            latency.recordValue(Math.min(LONGEST_MS, state.getUpdatedAt() - state.getCreatedAt()));
        } else {
            failed++;
        }
    }

    long open() {
        return submitted - completed - failed;
    }

    long completed() {
        return completed;
    }

    long failed() {
        return failed;
    }

    /** Share of attempts that did not complete their task. */
    double wastedShare() {
        return attempts == 0 ? 0 : wasted / (double) attempts;
    }

    double latencyMs(double percentile) {
        return latency.getValueAtPercentile(percentile);
    }

    int of(AgentRef agent) {
        return assigned.getOrDefault(agent, 0);
    }
}
