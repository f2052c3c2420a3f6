package org.dmsc.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/** One tenant's tasks alone, and beside a tenant that sends far more than it may; windows in turns, the median of each kind counts. */
final class IsolationBench {

    private static final int WINDOWS = 5;

    /** Warm when so many pairs of windows in a row, alone and beside the attacker, are no quicker than the best by this factor. */
    private static final int NO_QUICKER = 3;

    private static final double QUICKER = 0.95;

    /** Of the time for warming up: as many tasks as the fabric takes, alone, then beside the attacker; the rest goes to pairs of windows as they are measured. */
    private static final int THIRD = 3;

    private static final int IN_FLIGHT = 64;

    private final FabricTasks victim;
    private final FloodProcess attacker;
    private final Consumer<String> progress;

    IsolationBench(FabricTasks victim, FloodProcess attacker, Consumer<String> progress) {
        this.victim = victim;
        this.attacker = attacker;
        this.progress = progress;
    }

    /**
     * Open-loop rates.
     *
     * @param victim per second, within its limits
     * @param attacker per second, beyond its limit
     */
    record Rates(int victim, int attacker) {}

    Report run(Rates rates, Duration seconds) throws InterruptedException {
        warmUp(rates, Budget.forWarmUp(seconds.multipliedBy(2L * WINDOWS)));
        long victimRefusedBefore = victim.refused();
        List<Load.Result> alone = new ArrayList<>();
        List<Load.Result> beside = new ArrayList<>();
        List<FloodClient.Count> attacks = new ArrayList<>();
        for (int window = 1; window <= WINDOWS; window++) {
            alone.add(said(window, "alone", Load.openLoop(victim, rates.victim(), seconds)));
            Pair pair = attacked(rates, seconds);
            beside.add(said(window, "attacked", pair.victim()));
            attacks.add(pair.attacker());
        }
        Report report = new Report("isolation")
                .figure("victim_rate_per_s", rates.victim())
                .figure("attacker_rate_per_s", rates.attacker());
        compare(report, "victim_p50", alone, beside, Load.Result::p50);
        compare(report, "victim_p99", alone, beside, Load.Result::p99);
        return report.figure(
                        "victim_done", Rounds.total(alone, Load.Result::done) + Rounds.total(beside, Load.Result::done))
                .figure("victim_refused", (double) (victim.refused() - victimRefusedBefore))
                .figure(
                        "victim_failed",
                        Rounds.total(alone, Load.Result::failed) + Rounds.total(beside, Load.Result::failed))
                .figure("attacker_sent", total(attacks, FloodClient.Count::sent))
                .figure("attacker_accepted", total(attacks, FloodClient.Count::accepted))
                .figure("attacker_refused", total(attacks, FloodClient.Count::refused))
                .figure("attacker_failed", total(attacks, FloodClient.Count::failed));
    }

    private static double total(List<FloodClient.Count> attacks, ToDoubleFunction<FloodClient.Count> value) {
        return attacks.stream().mapToDouble(value).sum();
    }

    private record Pair(Load.Result victim, FloodClient.Count attacker) {}

    /** Both kinds of window have code of their own to compile: what refuses two thousand times a second, and what answers beside it. */
    private void warmUp(Rates rates, Duration atMost) throws InterruptedException {
        long begun = System.nanoTime();
        long end = begun + atMost.toNanos();
        progress.accept("warming up, at most " + atMost.toSeconds() + " s");
        // Alone first: beside a flood a cold fabric does little, and learns little.
        while (System.nanoTime() - begun < atMost.dividedBy(THIRD).toNanos()) {
            double reached = Load.closedLoop(victim, IN_FLIGHT, WarmUp.WINDOW).perSecond();
            progress.accept(String.format(Locale.ROOT, "warming up, alone: %.0f tasks/s", reached));
        }
        while (System.nanoTime() - begun
                < atMost.multipliedBy(2).dividedBy(THIRD).toNanos()) {
            CompletableFuture<FloodClient.Count> attack = attacker.begin(rates.attacker(), WarmUp.WINDOW);
            double reached = Load.closedLoop(victim, IN_FLIGHT, WarmUp.WINDOW).perSecond();
            attack.join();
            progress.accept(String.format(Locale.ROOT, "warming up, attacked: %.0f tasks/s", reached));
        }
        double best = Double.MAX_VALUE;
        int noQuicker = 0;
        while (noQuicker < NO_QUICKER
                && System.nanoTime() < end - WarmUp.WINDOW.multipliedBy(2).toNanos()) {
            double beside = attacked(rates, WarmUp.WINDOW).victim().p50();
            double alone = Load.openLoop(victim, rates.victim(), WarmUp.WINDOW).p50();
            progress.accept(String.format(
                    Locale.ROOT, "warming up, victim: p50 %.2f ms attacked, %.2f ms alone", beside, alone));
            noQuicker = beside < best * QUICKER ? 0 : noQuicker + 1;
            best = Math.min(best, beside);
        }
    }

    private Pair attacked(Rates rates, Duration seconds) throws InterruptedException {
        CompletableFuture<FloodClient.Count> attack = attacker.begin(rates.attacker(), seconds);
        Load.Result result = Load.openLoop(victim, rates.victim(), seconds);
        return new Pair(result, attack.join());
    }

    private Load.Result said(int window, String kind, Load.Result result) {
        progress.accept(Rounds.line("window " + window + " of " + WINDOWS + ", victim " + kind, result));
        return result;
    }

    private static void compare(
            Report report,
            String name,
            List<Load.Result> alone,
            List<Load.Result> beside,
            ToDoubleFunction<Load.Result> value) {
        double baseline = Rounds.median(alone, value);
        double attacked = Rounds.median(beside, value);
        report.figure(name + "_ms", attacked)
                .figure(name + "_alone_ms", baseline)
                .ratio(name, attacked / baseline);
    }
}
