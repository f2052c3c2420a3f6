package org.dmsc.bridge.mqtt.broker;

import com.hivemq.extension.sdk.api.packets.general.Qos;
import com.hivemq.extension.sdk.api.packets.general.UserProperty;
import com.hivemq.extension.sdk.api.packets.publish.PublishPacket;
import com.hivemq.extension.sdk.api.services.builder.Builders;
import com.hivemq.extension.sdk.api.services.builder.PublishBuilder;
import com.hivemq.extension.sdk.api.services.publish.Publish;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** HiveMQ's packets from and to ours. */
final class Packets {

    /** Marks a publish on its way through the broker; taken off before it is written. */
    static final String TAG = "dmsc-tag";

    private static final String RESERVED = "dmsc-";

    private Packets() {}

    static InboundPublish inbound(PublishPacket packet) {
        return new InboundPublish(
                packet.getTopic(),
                packet.getPayload().map(Packets::bytes).orElse(new byte[0]),
                packet.getQos().getQosNumber(),
                packet.getRetain(),
                packet.getResponseTopic(),
                packet.getCorrelationData().map(Packets::bytes),
                packet.getContentType(),
                packet.getMessageExpiryInterval().map(Duration::ofSeconds),
                properties(packet.getUserProperties().asList()));
    }

    /** Most publishes have none or one, and a hash map for it costs as much as to parse what they carry. */
    private static Map<String, String> properties(List<UserProperty> given) {
        if (given.isEmpty()) {
            return Map.of();
        }
        if (given.size() == 1) {
            UserProperty only = given.get(0);
            return isReserved(only) ? Map.of() : Map.of(only.getName(), only.getValue());
        }
        Map<String, String> properties = new HashMap<>();
        for (UserProperty property : given) {
            if (!isReserved(property)) {
                properties.putIfAbsent(property.getName(), property.getValue());
            }
        }
        return properties;
    }

    /** The fabric's own names never come from outside. */
    private static boolean isReserved(UserProperty property) {
        return property.getName().regionMatches(true, 0, RESERVED, 0, RESERVED.length());
    }

    static Publish outbound(OutboundPublish publish, Retain retain) {
        PublishBuilder builder = Builders.publish()
                .topic(publish.topic())
                .qos(Qos.AT_LEAST_ONCE)
                .retain(retain == Retain.KEEP)
                .payload(ByteBuffer.wrap(publish.payload()));
        publish.responseTopic().ifPresent(builder::responseTopic);
        publish.correlation().map(ByteBuffer::wrap).ifPresent(builder::correlationData);
        publish.contentType().ifPresent(builder::contentType);
        publish.properties().forEach(builder::userProperty);
        publish.tag().ifPresent(tag -> builder.userProperty(TAG, tag));
        return builder.build();
    }

    /** Whether the broker keeps a publish for later subscribers. */
    enum Retain {
        KEEP,
        NO
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
