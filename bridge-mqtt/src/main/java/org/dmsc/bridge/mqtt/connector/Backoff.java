package org.dmsc.bridge.mqtt.connector;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * How long to wait before the next try: doubled with each failure, spread so that many do not come at once.
 *
 * @param random 0 to 1
 */
record Backoff(Duration first, Duration most, DoubleSupplier random) {

    private static final int MOST_DOUBLINGS = 20;
    private static final double SPREAD = 0.4;

    Duration after(int failures) {
        long doubled = first.toMillis() << Math.min(MOST_DOUBLINGS, Math.max(0, failures - 1));
        double spread = 1 - SPREAD / 2 + SPREAD * random.getAsDouble();
        return Duration.ofMillis((long) (Math.min(doubled, most.toMillis()) * spread));
    }
}
