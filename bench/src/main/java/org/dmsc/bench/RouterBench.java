package org.dmsc.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** How many tasks a second the router alone carries, against the bare chain on the same broker, in turns: the median of the rounds. */
final class RouterBench {

    /** A backlog for both: with 256 on the way the router waited for its commits and had nothing else to do meanwhile. */
    private static final int IN_FLIGHT = 1_024;

    /** While nothing is compiled, a window ends when the last of its tasks is done: so few at first. */
    private static final int FEW = 32;

    private static final int ROUNDS = 3;
    private static final Duration EACH = Duration.ofSeconds(3);
    private static final Duration WINDOW = Duration.ofSeconds(4);
    private static final Duration SHORT = Duration.ofSeconds(2);

    /** What it takes, without the warm-up: a broker, the rounds, and two applications to start and to stop. */
    static final Duration REST = EACH.plus(SHORT).multipliedBy(ROUNDS).plusSeconds(10);

    private static final double FASTER = 1.05;

    private final Consumer<String> progress;

    RouterBench(Consumer<String> progress) {
        this.progress = progress;
    }

    /** On a broker of its own. */
    void withOwnBroker(Path folder, Duration warmUp, Report report) throws InterruptedException {
        progress.accept("starting a broker in " + folder);
        try (FabricProcess broker = FabricProcess.start(folder, "broker")) {
            run(broker.kafkaClient(), folder, warmUp, report);
        }
    }

    private void run(Map<String, Object> kafka, Path folder, Duration warmUp, Report report)
            throws InterruptedException {
        try (BareChain bare = BareChain.start(kafka, folder.resolve("streams"));
                RouterAlone router = RouterAlone.start(kafka, folder)) {
            warmUp(bare, router, warmUp);
            List<Load.Result> chain = new ArrayList<>();
            List<Load.Result> alone = new ArrayList<>();
            for (int round = 1; round <= ROUNDS; round++) {
                chain.add(Load.closedLoop(bare, IN_FLIGHT, SHORT));
                alone.add(Load.closedLoop(router, IN_FLIGHT, EACH));
                progress.accept(String.format(
                        Locale.ROOT,
                        "round %d of %d: router alone %.0f tasks/s, bare chain %.0f/s",
                        round,
                        ROUNDS,
                        alone.get(round - 1).perSecond(),
                        chain.get(round - 1).perSecond()));
            }
            double ours = Rounds.median(alone, Load.Result::perSecond);
            double baseline = Rounds.median(chain, Load.Result::perSecond);
            report.figure("router_throughput_per_s", ours)
                    .figure("router_bare_throughput_per_s", baseline)
                    .figure("router_failed", Rounds.total(alone, Load.Result::failed))
                    .ratio("router_throughput", ours / baseline);
        }
    }

    private void warmUp(BareChain bare, RouterAlone router, Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        Load.closedLoop(bare, IN_FLIGHT, WINDOW);
        Load.closedLoop(router, FEW, WINDOW);
        Load.closedLoop(bare, IN_FLIGHT, SHORT);
        double best = 0;
        int noFaster = 0;
        while (noFaster < 2 && System.nanoTime() + WINDOW.toNanos() < end) {
            double reached = Load.closedLoop(router, IN_FLIGHT, WINDOW).perSecond();
            progress.accept(String.format(Locale.ROOT, "warming up, router alone: %.0f tasks/s", reached));
            noFaster = reached > best * FASTER ? 0 : noFaster + 1;
            best = Math.max(best, reached);
        }
    }
}
