package org.dmsc.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.dmsc.node.audit.AuditLog;
import org.dmsc.node.audit.TopicCheck;
import org.dmsc.tenant.log.Verdict;

/** Round trips with and without sequencer and signer; then what these and the verifier do at most. */
final class AuditBench {

    private static final String TENANT = "bench";

    /** What backlog, sequencing, signing and verifying take together, with the start of their process. */
    private static final Duration LOG = Duration.ofSeconds(60);

    /** The first are slower: the verifier is compiled while it runs. The one in the middle counts. */
    private static final int PASSES = 7;

    private final FabricProcess fabric;
    private final Consumer<String> progress;
    private final AuditBacklog backlog;
    private int processes;

    AuditBench(FabricProcess fabric, Consumer<String> progress) {
        this.fabric = fabric;
        this.progress = progress;
        this.backlog = new AuditBacklog(fabric.kafkaClient(), TENANT);
    }

    /** How the load of the round trips is cut. */
    record Windows(int rounds, int rate, Duration each) {}

    private FabricProcess audit() throws InterruptedException {
        return fabric.join("audit-" + ++processes, "audit");
    }

    /**
     * In turns, so that what the machine does besides falls on both; the order within a round changes from round to round. Without audit
     * means that its process is stopped (SIGSTOP) and not ended: started anew it would only be measured how a virtual machine warms up.
     * A window is shorter than Kafka's session timeout, so that nobody notices that it was away.
     */
    void roundTrips(Workload tasks, Windows windows, Report report) throws InterruptedException {
        List<Load.Result> without = new ArrayList<>();
        List<Load.Result> with = new ArrayList<>();
        try (FabricProcess audit = audit()) {
            Duration measuring =
                    windows.each().multipliedBy(2L * windows.rounds()).plus(LOG);
            WarmUp.of(tasks, windows.rate(), Budget.forWarmUp(measuring), progress);
            for (int round = 0; round < 2 * windows.rounds(); round++) {
                backlog.awaitSequenced();
                // without, with, with, without, without, with …
                if ((round + 1) / 2 % 2 == 0) {
                    audit.freeze();
                    without.add(window("without audit", tasks, windows));
                    audit.resume();
                } else {
                    with.add(window("with audit", tasks, windows));
                }
            }
        }
        double bare = median(without);
        double audited = median(with);
        report.figure("rate_per_s", windows.rate())
                .figure("added_p50_ms", audited - bare)
                .figure("p50_ms", audited)
                .figure("bare_p50_ms", bare)
                .figure("failed", with.stream().mapToDouble(Load.Result::failed).sum())
                .ratio("p50", audited / bare);
    }

    private Load.Result window(String name, Workload tasks, Windows windows) throws InterruptedException {
        Load.Result result = Load.openLoop(tasks, windows.rate(), windows.each());
        progress.accept(String.format(
                Locale.ROOT,
                "%-14s p50 %7.2f ms   p99 %8.2f ms   failed %d",
                name,
                result.p50(),
                result.p99(),
                result.failed()));
        return result;
    }

    private static double median(List<Load.Result> windows) {
        double[] sorted =
                windows.stream().mapToDouble(Load.Result::p50).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    /** A backlog is sequenced by a process that starts with it, signed, and verified. */
    void log(int events, Report report) throws InterruptedException {
        progress.accept("writing a backlog of " + events + " events");
        backlog.write(events);
        long from = backlog.end();
        try (FabricProcess running = audit()) {
            progress.accept("sequencing, in " + running.node().node());
            backlog.awaitSequenced();
            double perSecond = backlog.sequencedPerSecond(from);
            progress.accept(String.format(Locale.ROOT, "sequenced %.0f events/s", perSecond));
            report.figure("sequenced_per_s", perSecond);
            progress.accept("waiting for the checkpoint of the last leaf");
            backlog.awaitSigned();
        }
        verify(report);
        try (AuditQueries queries = new AuditQueries(fabric, TENANT, backlog::task)) {
            queries.measure(events, progress, report);
        }
    }

    private void verify(Report report) {
        double[] perSecond = new double[PASSES];
        long leaves = 0;
        for (int pass = 0; pass < PASSES; pass++) {
            long begun = System.nanoTime();
            Map<String, Verdict> verdicts =
                    new TopicCheck(new AuditLog(fabric.node()), List.of()).verdicts(TENANT, AuditLog.Progress.NONE);
            double took = (System.nanoTime() - begun) / (double) TimeUnit.SECONDS.toNanos(1);
            if (!(verdicts.get(TENANT) instanceof Verdict.Whole whole)) {
                throw new BenchException("verify: " + verdicts + " (expected a whole log)");
            }
            leaves = whole.tree().size();
            perSecond[pass] = leaves / took;
            progress.accept(String.format(Locale.ROOT, "verified %d leaves, %.0f/s", leaves, perSecond[pass]));
        }
        report.figure("verified_first_per_s", perSecond[0]);
        java.util.Arrays.sort(perSecond);
        report.figure("verified_per_s", perSecond[PASSES / 2]).figure("leaves", (double) leaves);
    }
}
