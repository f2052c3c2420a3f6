package org.dmsc.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/** Fabric against bare chain on the same broker, interleaved, median of the rounds. */
final class RoundtripBench {

    private static final int ROUNDS = 5;
    private static final int IN_FLIGHT = 128;
    private static final Duration WARM_UP = Duration.ofSeconds(8);
    private static final int MOST_WINDOWS = 15;
    /** So many windows in a row that are not faster than the best by this factor: warm. */
    private static final int NO_FASTER = 3;

    private static final double FASTER = 1.05;
    private static final Duration CEILING = Duration.ofSeconds(4);

    private final Workload bare;
    private final Workload fabric;
    private final Consumer<String> progress;

    RoundtripBench(Workload bare, Workload fabric, Consumer<String> progress) {
        this.bare = bare;
        this.fabric = fabric;
        this.progress = progress;
    }

    Report run(int rate, Duration seconds) throws InterruptedException {
        warmUp(rate);
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
        Report report = new Report("roundtrip");
        report.figure("rate_per_s", rate);
        compare(report, "p50", "p50_ms", bareLatency, fabricLatency, Load.Result::p50);
        compare(report, "p99", "p99_ms", bareLatency, fabricLatency, Load.Result::p99);
        compare(report, "throughput", "throughput_per_s", bareCeiling, fabricCeiling, Load.Result::perSecond);
        report.figure("fabric_done", total(fabricLatency, Load.Result::done) + total(fabricCeiling, Load.Result::done));
        report.figure(
                "fabric_failed", total(fabricLatency, Load.Result::failed) + total(fabricCeiling, Load.Result::failed));
        return report;
    }

    /**
     * Until the compilers are done: a fabric is a broker, three stream applications and two edges in one virtual machine, and on two cores it
     * takes a minute or more of full load until a further window is no faster than the best before.
     */
    private void warmUp(int rate) throws InterruptedException {
        progress.accept("warming up, at most " + (MOST_WINDOWS + 3) * WARM_UP.toSeconds() + " s");
        Load.openLoop(bare, rate, WARM_UP);
        Load.closedLoop(bare, IN_FLIGHT, WARM_UP);
        double best = 0;
        int noFaster = 0;
        for (int window = 1; window <= MOST_WINDOWS && noFaster < NO_FASTER; window++) {
            double reached = Load.closedLoop(fabric, IN_FLIGHT, WARM_UP).perSecond();
            progress.accept(String.format(java.util.Locale.ROOT, "warming up, %.0f tasks/s", reached));
            noFaster = reached > best * FASTER ? 0 : noFaster + 1;
            best = Math.max(best, reached);
        }
        Load.openLoop(fabric, rate, WARM_UP);
    }

    private Load.Result said(int round, Workload workload, Load.Result result) {
        progress.accept(String.format(
                java.util.Locale.ROOT,
                "round %d of %d, %-10s p50 %7.2f ms   p99 %8.2f ms   max %8.2f ms   failed %d",
                round,
                ROUNDS,
                workload.name(),
                result.p50(),
                result.p99(),
                result.max(),
                result.failed()));
        return result;
    }

    private static void compare(
            Report report,
            String ratio,
            String figure,
            List<Load.Result> bare,
            List<Load.Result> fabric,
            ToDoubleFunction<Load.Result> value) {
        double baseline = median(bare, value);
        double ours = median(fabric, value);
        report.figure(figure, ours).figure("bare_" + figure, baseline).ratio(ratio, ours / baseline);
    }

    private static double median(List<Load.Result> results, ToDoubleFunction<Load.Result> value) {
        double[] sorted = results.stream().mapToDouble(value).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static double total(List<Load.Result> results, ToDoubleFunction<Load.Result> value) {
        return Arrays.stream(results.stream().mapToDouble(value).toArray()).sum();
    }
}
