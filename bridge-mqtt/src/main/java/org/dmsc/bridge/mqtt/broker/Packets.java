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
import java.util.Locale;
import java.util.Map;

/** HiveMQ's packets from and to ours. */
final class Packets {

    /** Marks a publish on its way through the broker; taken off before it is written. */
    static final String TAG = "dmsc-tag";

    private static final String RESERVED = "dmsc-";

    private Packets() {}

    static InboundPublish inbound(PublishPacket packet) {
        Map<String, String> properties = new HashMap<>();
        for (UserProperty property : packet.getUserProperties().asList()) {
            // The fabric's own names never come from outside.
            if (!property.getName().toLowerCase(Locale.ROOT).startsWith(RESERVED)) {
                properties.putIfAbsent(property.getName(), property.getValue());
            }
        }
        return new InboundPublish(
                packet.getTopic(),
                packet.getPayload().map(Packets::bytes).orElse(new byte[0]),
                packet.getQos().getQosNumber(),
                packet.getRetain(),
                packet.getResponseTopic(),
                packet.getCorrelationData().map(Packets::bytes),
                packet.getContentType(),
                packet.getMessageExpiryInterval().map(Duration::ofSeconds),
                properties);
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
