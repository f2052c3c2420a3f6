package org.dmsc.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** The record path sealed and in clear, interleaved, median of the rounds. */
final class SealingBench {

    /** Many and short: what disturbs a shared machine lasts for seconds, and has to fall on both kinds. */
    static final int ROUNDS = 27;

    private static final int IN_FLIGHT = 256;
    private static final Duration WARM_UP = Duration.ofSeconds(4);

    /** What sealing adds is compiled last: warm when so many pairs of windows in a row are no faster than the best. */
    private static final int NO_FASTER = 3;

    private static final double FASTER = 1.03;

    private final Workload sealed;
    private final Workload clear;
    private final Consumer<String> progress;

    SealingBench(Workload sealed, Workload clear, Consumer<String> progress) {
        this.sealed = sealed;
        this.clear = clear;
        this.progress = progress;
    }

    Report run(Duration seconds) throws InterruptedException {
        warmUp(Budget.forWarmUp(seconds.multipliedBy(2L * ROUNDS)));
        List<Load.Result> on = new ArrayList<>();
        List<Load.Result> off = new ArrayList<>();
        for (int round = 1; round <= ROUNDS; round++) {
            // In turns, so that neither is always the one that comes after a pause.
            boolean sealedFirst = round % 2 == 1;
            if (sealedFirst) {
                on.add(Load.closedLoop(sealed, IN_FLIGHT, seconds));
            }
            off.add(Load.closedLoop(clear, IN_FLIGHT, seconds));
            if (!sealedFirst) {
                on.add(Load.closedLoop(sealed, IN_FLIGHT, seconds));
            }
            progress.accept(String.format(
                    Locale.ROOT,
                    "round %d of %d: %.0f/s sealed, %.0f/s in clear",
                    round,
                    ROUNDS,
                    on.get(round - 1).perSecond(),
                    off.get(round - 1).perSecond()));
        }
        double sealedRate = Rounds.median(on, Load.Result::perSecond);
        double clearRate = Rounds.median(off, Load.Result::perSecond);
        return new Report("sealing")
                .figure("sealed_per_s", sealedRate)
                .figure("clear_per_s", clearRate)
                .figure("failed", Rounds.total(on, Load.Result::failed) + Rounds.total(off, Load.Result::failed))
                .ratio("throughput", sealedRate / clearRate);
    }

    private void warmUp(Duration atMost) throws InterruptedException {
        progress.accept("warming up, at most " + atMost.toSeconds() + " s");
        long end = System.nanoTime() + atMost.minus(WARM_UP).toNanos();
        double best = 0;
        int noFaster = 0;
        while (noFaster < NO_FASTER && System.nanoTime() < end) {
            double inClear = Load.closedLoop(clear, IN_FLIGHT, WARM_UP).perSecond();
            double reached = Load.closedLoop(sealed, IN_FLIGHT, WARM_UP).perSecond();
            progress.accept(String.format(Locale.ROOT, "warming up: %.0f/s sealed, %.0f/s in clear", reached, inClear));
            noFaster = reached > best * FASTER ? 0 : noFaster + 1;
            best = Math.max(best, reached);
        }
    }
}
