package org.dmsc.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** The record path sealed and in clear, interleaved, median of the rounds. */
final class SealingBench {

    private static final int ROUNDS = 5;
    private static final int IN_FLIGHT = 256;
    private static final Duration WARM_UP = Duration.ofSeconds(10);

    private final Workload sealed;
    private final Workload clear;
    private final Consumer<String> progress;

    SealingBench(Workload sealed, Workload clear, Consumer<String> progress) {
        this.sealed = sealed;
        this.clear = clear;
        this.progress = progress;
    }

    Report run(Duration seconds) throws InterruptedException {
        progress.accept("warming up");
        Load.closedLoop(clear, IN_FLIGHT, WARM_UP);
        Load.closedLoop(sealed, IN_FLIGHT, WARM_UP);
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
}
