package org.dmsc.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/** Fabric against bare chain on the same broker, interleaved, median of the rounds. */
final class RoundtripBench {

    private static final int ROUNDS = 5;
    private static final int IN_FLIGHT = 128;
    private static final Duration SHORT = Duration.ofSeconds(3);
    private static final Duration CEILING = Duration.ofSeconds(2);

    private final Workload bare;
    private final Workload fabric;
    private final Consumer<String> progress;

    RoundtripBench(Workload bare, Workload fabric, Consumer<String> progress) {
        this.bare = bare;
        this.fabric = fabric;
        this.progress = progress;
    }

    /**
     * Warms up and measures.
     *
     * @param after what is still to be measured afterwards takes that long
     */
    void run(Report report, int rate, Duration seconds, Duration after) throws InterruptedException {
        warmUp(rate, seconds.plus(CEILING).multipliedBy(2L * ROUNDS).plus(after));
        List<Load.Result> bareLatency = new ArrayList<>();
        List<Load.Result> fabricLatency = new ArrayList<>();
        List<Load.Result> bareCeiling = new ArrayList<>();
        List<Load.Result> fabricCeiling = new ArrayList<>();
        for (int round = 1; round <= ROUNDS; round++) {
            bareLatency.add(said(round, bare, Load.openLoop(bare, rate, seconds)));
            fabricLatency.add(said(round, fabric, Load.openLoop(fabric, rate, seconds)));
            bareCeiling.add(Load.closedLoop(bare, IN_FLIGHT, CEILING));
            fabricCeiling.add(Load.closedLoop(fabric, IN_FLIGHT, CEILING));
        }
        report.figure("rate_per_s", rate);
        compare(report, "p50", "p50_ms", bareLatency, fabricLatency, Load.Result::p50);
        compare(report, "p99", "p99_ms", bareLatency, fabricLatency, Load.Result::p99);
        compare(report, "throughput", "throughput_per_s", bareCeiling, fabricCeiling, Load.Result::perSecond);
        report.figure(
                "fabric_done",
                Rounds.total(fabricLatency, Load.Result::done) + Rounds.total(fabricCeiling, Load.Result::done));
        report.figure(
                "fabric_failed",
                Rounds.total(fabricLatency, Load.Result::failed) + Rounds.total(fabricCeiling, Load.Result::failed));
    }

    private void warmUp(int rate, Duration rest) throws InterruptedException {
        Load.openLoop(bare, rate, SHORT);
        Load.closedLoop(bare, IN_FLIGHT, SHORT);
        WarmUp.of(fabric, rate, Budget.forWarmUp(rest), progress);
    }

    private Load.Result said(int round, Workload workload, Load.Result result) {
        progress.accept(Rounds.line("round " + round + " of " + ROUNDS + ", " + workload.name(), result));
        return result;
    }

    private static void compare(
            Report report,
            String ratio,
            String figure,
            List<Load.Result> bare,
            List<Load.Result> fabric,
            ToDoubleFunction<Load.Result> value) {
        double baseline = Rounds.median(bare, value);
        double ours = Rounds.median(fabric, value);
        report.figure(figure, ours).figure("bare_" + figure, baseline).ratio(ratio, ours / baseline);
    }
}
