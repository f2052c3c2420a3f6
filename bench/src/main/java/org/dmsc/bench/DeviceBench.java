package org.dmsc.bench;

import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;

/** A task of a device and one of an HTTP caller, to the same HTTP agent, in turns. */
final class DeviceBench {

    private static final int RATE = 50;
    private static final int IN_FLIGHT = 32;
    private static final Duration WARM_UP = Duration.ofSeconds(4);

    private final Workload http;
    private final Workload device;
    private final Consumer<String> progress;

    DeviceBench(Workload http, Workload device, Consumer<String> progress) {
        this.http = http;
        this.device = device;
        this.progress = progress;
    }

    void run(Report report, int rounds, Duration window) throws InterruptedException {
        warmUp(Budget.forWarmUp(window.multipliedBy(2L * rounds)));
        Medians ofHttp = new Medians();
        Medians ofDevice = new Medians();
        for (int round = 1; round <= rounds; round++) {
            Load.Result first = Load.openLoop(http, RATE, window);
            Load.Result second = Load.openLoop(device, RATE, window);
            ofHttp.add(first.p50());
            ofDevice.add(second.p50());
            progress.accept(String.format(
                    Locale.ROOT,
                    "round %d of %d: http p50 %.2f ms p99 %.2f ms failed %d, device p50 %.2f ms p99 %.2f ms failed %d",
                    round,
                    rounds,
                    first.p50(),
                    first.p99(),
                    first.failed(),
                    second.p50(),
                    second.p99(),
                    second.failed()));
        }
        report.figure("device_roundtrip_p50_ms", ofDevice.median())
                .figure("http_roundtrip_p50_ms", ofHttp.median())
                .ratio("device_roundtrip", ofDevice.median() / ofHttp.median());
    }

    /** In turns; the last windows at the rate that is measured. */
    private void warmUp(Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.minus(WARM_UP.multipliedBy(2)).toNanos();
        while (System.nanoTime() < end) {
            progress.accept(String.format(
                    Locale.ROOT,
                    "warming up: over http %.0f tasks/s, from the device %.0f tasks/s",
                    Load.closedLoop(http, IN_FLIGHT, WARM_UP).perSecond(),
                    Load.closedLoop(device, IN_FLIGHT, WARM_UP).perSecond()));
        }
        Load.openLoop(http, RATE, WARM_UP);
        Load.openLoop(device, RATE, WARM_UP);
    }
}
