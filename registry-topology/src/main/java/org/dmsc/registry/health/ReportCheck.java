package org.dmsc.registry.health;

import java.time.Duration;
import java.util.Optional;
import org.dmsc.schemas.avro.AgentLoad;
import org.dmsc.schemas.avro.AgentReport;

/** Whether a report can be true. The edges check what agents say; this is for whatever comes past them. Pure. */
public final class ReportCheck {

    /** What the clocks of two machines may differ by. */
    private static final long CLOCKS_APART_MS = Duration.ofMinutes(1).toMillis();

    private static final int MOST_QUEUED = 1_000_000;
    private static final long LONGEST_ATTEMPT_MS = Duration.ofDays(7).toMillis();

    private ReportCheck() {}

    /** Why not, with what was expected; empty when it can. */
    public static Optional<String> problem(AgentReport report, long now) {
        if (report.getTime() > now + CLOCKS_APART_MS) {
            return Optional.of("time: " + (report.getTime() - now) + " ms in the future (expected at most "
                    + CLOCKS_APART_MS + ")");
        }
        if (report.getLatencyMs() < 0 || report.getLatencyMs() > LONGEST_ATTEMPT_MS) {
            return Optional.of("latency: " + report.getLatencyMs() + " ms (expected 0 to " + LONGEST_ATTEMPT_MS + ")");
        }
        return Optional.ofNullable(report.getLoad()).flatMap(ReportCheck::problem);
    }

    private static Optional<String> problem(AgentLoad load) {
        // Written so that NaN does not pass.
        if (!(load.getCpu() >= 0 && load.getCpu() <= 1)) {
            return Optional.of("cpu: " + load.getCpu() + " (expected 0 to 1)");
        }
        if (load.getQueueDepth() < 0 || load.getQueueDepth() > MOST_QUEUED) {
            return Optional.of("queue depth: " + load.getQueueDepth() + " (expected 0 to " + MOST_QUEUED + ")");
        }
        return Optional.empty();
    }
}
