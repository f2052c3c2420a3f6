package org.dmsc.bench;

import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Load until the compilers are done, or the time for it is over: a fabric is a broker, three stream applications and two edges in one virtual
 * machine, and on two cores it takes a minute or more of load until a further window is no faster than the best before. At first as many at
 * once as it takes (a closed loop leaves no backlog), then at the rate that will be measured, until the median there is steady.
 */
final class WarmUp {

    static final Duration WINDOW = Duration.ofSeconds(5);

    private static final int IN_FLIGHT = 64;

    /** So many windows in a row that are not faster than the best by this factor: warm. */
    private static final int NO_FASTER = 3;

    private static final double FASTER = 1.05;

    /** What is left for the rate: so many windows at most, fewer when one is no quicker than the one before. */
    private static final int AT_RATE = 3;

    private static final double QUICKER = 0.9;

    private WarmUp() {}

    /** For at most that long. */
    static void of(Workload fabric, int rate, Duration atMost, Consumer<String> progress) throws InterruptedException {
        progress.accept("warming up, at most " + atMost.toSeconds() + " s");
        long end = System.nanoTime() + atMost.minus(WINDOW.multipliedBy(2)).toNanos();
        double best = 0;
        int noFaster = 0;
        while (noFaster < NO_FASTER && System.nanoTime() < end) {
            double reached = Load.closedLoop(fabric, IN_FLIGHT, WINDOW).perSecond();
            progress.accept(String.format(Locale.ROOT, "warming up, %s: %.0f/s", fabric.name(), reached));
            noFaster = reached > best * FASTER ? 0 : noFaster + 1;
            best = Math.max(best, reached);
        }
        double before = Double.MAX_VALUE;
        for (int window = 1; window <= AT_RATE; window++) {
            double p50 = Load.openLoop(fabric, rate, WINDOW).p50();
            progress.accept(
                    String.format(Locale.ROOT, "warming up, %s: p50 %.2f ms at %d/s", fabric.name(), p50, rate));
            if (p50 > before * QUICKER || System.nanoTime() > end + WINDOW.toNanos()) {
                return;
            }
            before = p50;
        }
    }
}
