package org.dmsc.bench;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * Load until the compilers are done: a fabric is a broker, three stream applications and two edges in one virtual machine, and on two cores it
 * takes a minute or more of full load until a further window is no faster than the best before.
 */
final class WarmUp {

    static final Duration WINDOW = Duration.ofSeconds(8);

    private static final int IN_FLIGHT = 128;
    private static final int MOST_WINDOWS = 15;

    /** So many windows in a row that are not faster than the best by this factor: warm. */
    private static final int NO_FASTER = 3;

    private static final double FASTER = 1.05;

    private WarmUp() {}

    static void of(Workload fabric, int rate, Consumer<String> progress) throws InterruptedException {
        progress.accept("warming up, at most " + (MOST_WINDOWS + 1) * WINDOW.toSeconds() + " s");
        double best = 0;
        int noFaster = 0;
        for (int window = 1; window <= MOST_WINDOWS && noFaster < NO_FASTER; window++) {
            double reached = Load.closedLoop(fabric, IN_FLIGHT, WINDOW).perSecond();
            progress.accept(String.format(java.util.Locale.ROOT, "warming up, %.0f tasks/s", reached));
            noFaster = reached > best * FASTER ? 0 : noFaster + 1;
            best = Math.max(best, reached);
        }
        Load.openLoop(fabric, rate, WINDOW);
    }
}
