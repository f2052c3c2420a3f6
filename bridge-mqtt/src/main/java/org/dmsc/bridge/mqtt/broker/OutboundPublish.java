package org.dmsc.bridge.mqtt.broker;

import java.util.Map;
import java.util.Optional;

/**
 * A PUBLISH to a device.
 *
 * @param tag comes back in {@link DeviceTraffic#sent} and {@link DeviceTraffic#received}; never on the wire
 */
@SuppressWarnings("ArrayRecordComponent") // copied nowhere: a payload may be large, and whoever makes one gives it away
public record OutboundPublish(
        String topic,
        byte[] payload,
        Optional<String> responseTopic,
        Optional<byte[]> correlation,
        Optional<String> contentType,
        Map<String, String> properties,
        Optional<String> tag) {

    public OutboundPublish {
        properties = Map.copyOf(properties);
    }

    /** A payload on a topic, nothing else. */
    public static OutboundPublish plain(String topic, byte[] payload) {
        return new OutboundPublish(
                topic, payload, Optional.empty(), Optional.empty(), Optional.empty(), Map.of(), Optional.empty());
    }

    /** The same, followed by that tag. */
    public OutboundPublish tagged(String followedBy) {
        return new OutboundPublish(
                topic, payload, responseTopic, correlation, contentType, properties, Optional.of(followedBy));
    }

    /** Topic and size only. */
    @Override
    public String toString() {
        return "OutboundPublish[topic=" + topic + ", bytes=" + payload.length + "]";
    }
}
