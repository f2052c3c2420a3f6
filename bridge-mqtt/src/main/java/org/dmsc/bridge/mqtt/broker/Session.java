package org.dmsc.bridge.mqtt.broker;

import java.time.Duration;

/**
 * What a CONNECT wants of its session. The broker itself keeps none: what counts is how long replies wait for the device, in Kafka.
 *
 * @param fresh whether what waits from before shall be forgotten (MQTT 5: Clean Start, 3.1.1: Clean Session)
 * @param expiry how long after its connection the session lives; zero when it ends with it
 */
public record Session(boolean fresh, Duration expiry) {

    /** As long as tasks and their events are surely kept. */
    public static final Duration LONGEST = Duration.ofHours(24);

    /** One that begins with its connection and ends with it. */
    public static final Session NONE = new Session(true, Duration.ZERO);

    public Session {
        expiry = expiry.compareTo(LONGEST) > 0 ? LONGEST : expiry;
    }
}
