package org.dmsc.bench;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** QoS 1 publishes at the edge and at a broker that acknowledges at once, in turns. */
final class MqttBench {

    private static final int FEW = 20;
    private static final int FEW_WINDOW = 20;
    private static final int MANY = 200;
    private static final int MANY_WINDOW = 5;
    private static final int STEADY_RATE = 1_000;
    private static final Duration WARM_UP = Duration.ofSeconds(3);
    private static final int MOST_WARM_UPS = 9;
    /** So many windows in a row that are not faster than the best by {@link #FASTER}: warm. */
    private static final int NO_FASTER = 2;

    private static final double FASTER = 1.05;

    private final int edgePort;
    private final int atOncePort;
    private final List<MqttAgent> agents;
    private final Consumer<String> progress;

    MqttBench(int edgePort, int atOncePort, List<MqttAgent> agents, Consumer<String> progress) {
        this.edgePort = edgePort;
        this.atOncePort = atOncePort;
        this.agents = agents;
        this.progress = progress;
    }

    void run(Report report, int rounds, Duration window) throws InterruptedException {
        try (MqttReports edge = MqttReports.connect("edge", edgePort, agents, FEW);
                MqttReports atOnce = MqttReports.connect("at once", atOncePort, agents, FEW)) {
            warmUp(edge, atOnce);
            rates(report, rounds, window, edge, atOnce, FEW_WINDOW);
            steady(report, rounds, window, edge, atOnce);
        }
        try (MqttReports edge = MqttReports.connect("edge", edgePort, agents, MANY);
                MqttReports atOnce = MqttReports.connect("at once", atOncePort, agents, MANY)) {
            edge.saturate(MANY_WINDOW, window);
            atOnce.saturate(MANY_WINDOW, window);
            rates(report, rounds, window, edge, atOnce, MANY_WINDOW);
        }
    }

    /** The edge, Kafka and TLS in one virtual machine take the compilers half a minute of full load and more; both get the same. */
    private void warmUp(MqttReports edge, MqttReports atOnce) throws InterruptedException {
        double best = 0;
        int noFaster = 0;
        for (int window = 1; window <= MOST_WARM_UPS && noFaster < NO_FASTER; window++) {
            double reached = edge.saturate(FEW_WINDOW, WARM_UP);
            double baseline = atOnce.saturate(FEW_WINDOW, WARM_UP);
            progress.accept(String.format(Locale.ROOT, "warming up: edge %.0f/s, at once %.0f/s", reached, baseline));
            noFaster = reached > best * FASTER ? 0 : noFaster + 1;
            best = Math.max(best, reached);
        }
    }

    private void rates(Report report, int rounds, Duration window, MqttReports edge, MqttReports atOnce, int onTheWay)
            throws InterruptedException {
        Medians ours = new Medians();
        Medians theirs = new Medians();
        int clients = onTheWay == FEW_WINDOW ? FEW : MANY;
        for (int round = 1; round <= rounds; round++) {
            double baseline = atOnce.saturate(onTheWay, window);
            double measured = edge.saturate(onTheWay, window);
            theirs.add(baseline);
            ours.add(measured);
            progress.accept(String.format(
                    Locale.ROOT,
                    "round %d of %d, %d clients: edge %.0f/s, at once %.0f/s",
                    round,
                    rounds,
                    clients,
                    measured,
                    baseline));
        }
        report.figure("rate_" + clients + "_clients_per_s", ours.median())
                .figure("at_once_rate_" + clients + "_clients_per_s", theirs.median())
                .ratio("rate_" + clients + "_clients", ours.median() / theirs.median());
    }

    private void steady(Report report, int rounds, Duration window, MqttReports edge, MqttReports atOnce)
            throws InterruptedException {
        Medians ours = new Medians();
        Medians oursTail = new Medians();
        Medians theirs = new Medians();
        Load.openLoop(edge, STEADY_RATE, window);
        for (int round = 1; round <= rounds; round++) {
            Load.Result baseline = Load.openLoop(atOnce, STEADY_RATE, window);
            Load.Result measured = Load.openLoop(edge, STEADY_RATE, window);
            theirs.add(baseline.p50());
            ours.add(measured.p50());
            oursTail.add(measured.p99());
            progress.accept(String.format(
                    Locale.ROOT,
                    "round %d of %d, %d/s: edge p50 %.2f ms p99 %.2f ms, at once p50 %.2f ms p99 %.2f ms, failed %d",
                    round,
                    rounds,
                    STEADY_RATE,
                    measured.p50(),
                    measured.p99(),
                    baseline.p50(),
                    baseline.p99(),
                    measured.failed()));
        }
        report.figure("p50_ms", ours.median())
                .figure("p99_ms", oursTail.median())
                .figure("at_once_p50_ms", theirs.median())
                .figure("added_p50_ms", ours.median() - theirs.median());
    }
}
