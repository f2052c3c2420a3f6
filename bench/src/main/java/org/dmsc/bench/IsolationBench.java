package org.dmsc.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/** One tenant's tasks alone, and beside a tenant that sends far more than it may; windows in turns, the median of each kind counts. */
final class IsolationBench {

    private static final int WINDOWS = 5;
    private static final Duration WARM_ATTACK = Duration.ofSeconds(10);

    private final FabricTasks victim;
    private final FabricTasks attacker;
    private final Consumer<String> progress;

    IsolationBench(FabricTasks victim, FabricTasks attacker, Consumer<String> progress) {
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
        Duration measuring = seconds.multipliedBy(2L * WINDOWS).plus(WARM_ATTACK);
        WarmUp.of(victim, rates.victim(), Budget.forWarmUp(measuring), progress);
        attacked(rates, WARM_ATTACK);
        long refusedBefore = attacker.refused();
        long victimRefusedBefore = victim.refused();
        List<Load.Result> alone = new ArrayList<>();
        List<Load.Result> beside = new ArrayList<>();
        List<Load.Result> attacks = new ArrayList<>();
        for (int window = 1; window <= WINDOWS; window++) {
            alone.add(said(window, "alone", Load.openLoop(victim, rates.victim(), seconds)));
            Pair pair = attacked(rates, seconds);
            beside.add(said(window, "attacked", pair.victim()));
            attacks.add(pair.attacker());
        }
        double refused = attacker.refused() - refusedBefore;
        double failed = Rounds.total(attacks, Load.Result::failed);
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
                .figure("attacker_sent", failed + Rounds.total(attacks, Load.Result::done))
                .figure("attacker_accepted", Rounds.total(attacks, Load.Result::done))
                .figure("attacker_refused", refused)
                .figure("attacker_failed", failed - refused);
    }

    private record Pair(Load.Result victim, Load.Result attacker) {}

    private Pair attacked(Rates rates, Duration seconds) throws InterruptedException {
        CompletableFuture<Load.Result> attack = CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return Load.openLoop(attacker, rates.attacker(), seconds);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        throw new CompletionException(e);
                    }
                },
                task -> new Thread(task, "attacker").start());
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
