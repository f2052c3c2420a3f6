package org.dmsc.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/** Direct against through the fabric, chain and echo as baselines, in turns; the median of the rounds. */
final class HttpBench {

    private static final int ROUNDS = 3;
    private static final int IN_FLIGHT = 128;
    private static final Duration SHORT = Duration.ofSeconds(3);
    private static final Duration CEILING = Duration.ofSeconds(2);

    /** How long sends that were taken in may take to be worked off, so that they burden nobody else's window. */
    private static final Duration MOST_BACKLOG = Duration.ofSeconds(6);

    private final Measured measured;
    private final Consumer<String> progress;

    /**
     * What is compared.
     *
     * @param direct the agent itself
     * @param echo a server with the same TLS that gives back what it gets
     * @param through the same agent through the fabric
     * @param first a stream through the fabric, to its first event
     * @param sent sends through the fabric that do not wait for the agent
     */
    record Measured(Workload direct, Workload echo, Workload through, Workload first, Workload sent, Workload bare) {}

    HttpBench(Measured measured, Consumer<String> progress) {
        this.measured = measured;
        this.progress = progress;
    }

    Report run(int rate, Duration seconds) throws InterruptedException {
        warmUp(rate, seconds);
        List<Load.Result> direct = new ArrayList<>();
        List<Load.Result> through = new ArrayList<>();
        List<Load.Result> first = new ArrayList<>();
        List<Load.Result> bare = new ArrayList<>();
        List<Load.Result> echo = new ArrayList<>();
        for (int round = 1; round <= ROUNDS; round++) {
            direct.add(said(round, measured.direct(), Load.openLoop(measured.direct(), rate, seconds)));
            through.add(said(round, measured.through(), Load.openLoop(measured.through(), rate, seconds)));
            bare.add(said(round, measured.bare(), Load.openLoop(measured.bare(), rate, seconds)));
            first.add(said(round, measured.first(), Load.openLoop(measured.first(), rate, seconds)));
            echo.add(said(round, measured.echo(), Load.closedLoop(measured.echo(), IN_FLIGHT, CEILING)));
        }
        // After everything else: what was taken in here is worked off later, and would burden the baselines.
        List<Load.Result> sent = new ArrayList<>();
        for (int round = 1; round <= ROUNDS; round++) {
            sent.add(said(round, measured.sent(), Load.closedLoop(measured.sent(), IN_FLIGHT, CEILING)));
            if (round < ROUNDS) {
                awaitQuiet();
            }
        }
        double directP50 = median(direct, Load.Result::p50);
        double directP99 = median(direct, Load.Result::p99);
        double throughP50 = median(through, Load.Result::p50);
        double throughP99 = median(through, Load.Result::p99);
        return new Report("http")
                .figure("rate_per_s", rate)
                .figure("added_p50_ms", throughP50 - directP50)
                .figure("added_p99_ms", throughP99 - directP99)
                .figure("direct_p50_ms", directP50)
                .figure("direct_p99_ms", directP99)
                .figure("fabric_p50_ms", throughP50)
                .figure("fabric_p99_ms", throughP99)
                .figure("first_event_p50_ms", median(first, Load.Result::p50))
                .figure("first_event_p99_ms", median(first, Load.Result::p99))
                .figure("chain_p50_ms", median(bare, Load.Result::p50))
                .figure("chain_p99_ms", median(bare, Load.Result::p99))
                .figure("echo_per_s", median(echo, Load.Result::perSecond))
                .figure("ingest_per_s", median(sent, Load.Result::perSecond))
                .figure("failed", failed(direct) + failed(through) + failed(first) + failed(sent) + failed(echo))
                .ratio("p99_to_chain", (throughP99 - directP99) / median(bare, Load.Result::p99))
                .ratio("ingest", median(sent, Load.Result::perSecond) / median(echo, Load.Result::perSecond));
    }

    private void warmUp(int rate, Duration seconds) throws InterruptedException {
        progress.accept("warming up");
        Load.closedLoop(measured.direct(), IN_FLIGHT, SHORT);
        Load.closedLoop(measured.echo(), IN_FLIGHT, SHORT);
        Load.closedLoop(measured.bare(), IN_FLIGHT, SHORT);
        Load.closedLoop(measured.sent(), 16, SHORT);
        Load.closedLoop(measured.first(), 16, SHORT);
        Duration latencies = seconds.multipliedBy(4L * ROUNDS);
        Duration ceilings = CEILING.multipliedBy(2L * ROUNDS).plus(MOST_BACKLOG.multipliedBy(ROUNDS - 1L));
        WarmUp.of(measured.through(), rate, Budget.forWarmUp(latencies.plus(ceilings)), progress);
    }

    /** Until a task that is waited for is answered as fast as when nothing waits before it. */
    private void awaitQuiet() throws InterruptedException {
        long end = System.nanoTime() + MOST_BACKLOG.toNanos();
        double p50 = Double.MAX_VALUE;
        while (p50 > 50 && System.nanoTime() < end) {
            p50 = Load.openLoop(measured.through(), 10, Duration.ofSeconds(1)).p50();
        }
    }

    private Load.Result said(int round, Workload workload, Load.Result result) {
        progress.accept(String.format(
                Locale.ROOT,
                "round %d of %d, %-20s p50 %7.2f ms   p99 %8.2f ms   %7.0f/s   failed %d",
                round,
                ROUNDS,
                workload.name(),
                result.p50(),
                result.p99(),
                result.perSecond(),
                result.failed()));
        if (result.done() == 0) {
            throw new BenchException(workload.name() + ": none of " + result.failed() + " calls succeeded");
        }
        return result;
    }

    private static double median(List<Load.Result> results, ToDoubleFunction<Load.Result> value) {
        double[] sorted = results.stream().mapToDouble(value).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static double failed(List<Load.Result> results) {
        return Arrays.stream(results.stream().mapToLong(Load.Result::failed).toArray())
                .sum();
    }
}
