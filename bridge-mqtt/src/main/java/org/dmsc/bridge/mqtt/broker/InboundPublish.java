package org.dmsc.bridge.mqtt.broker;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * A PUBLISH of a device. Of a user property that is named twice the first counts.
 *
 * @param expiry how long the publisher wants it to be worth something
 */
@SuppressWarnings("ArrayRecordComponent") // copied nowhere: a payload may be large, and whoever makes one gives it away
public record InboundPublish(
        String topic,
        byte[] payload,
        int qos,
        boolean retain,
        Optional<String> responseTopic,
        Optional<byte[]> correlation,
        Optional<String> contentType,
        Optional<Duration> expiry,
        Map<String, String> properties) {

    public InboundPublish {
        properties = Map.copyOf(properties);
    }

    /** Topic and size only: payloads and properties (which may hold a token) do not belong in logs. */
    @Override
    public String toString() {
        return "InboundPublish[topic=" + topic + ", bytes=" + payload.length + "]";
    }
}
