package org.dmsc.bridge.mqtt.broker;

import com.hivemq.extension.sdk.api.client.parameter.ConnectionInformation;
import com.hivemq.extensions.client.parameter.ConnectionAttributeStoreImpl;
import io.netty.channel.Channel;
import java.lang.reflect.Field;

/**
 * The channel of a connection. HiveMQ's extension SDK shows no way to hold a client back; the channel can, and is in a private field of what
 * the SDK gives. {@link #require} says at the start whether it is still there.
 */
final class ChannelOf {

    private static final String FIELD = "channel";

    private ChannelOf() {}

    /** @throws BrokerException when this HiveMQ keeps it elsewhere */
    static void require() {
        if (!Channel.class.isAssignableFrom(field().getType())) {
            throw new BrokerException("HiveMQ keeps no channel in " + field() + " (expected HiveMQ CE 2025.5)");
        }
    }

    static Channel of(ConnectionInformation connection) {
        try {
            return (Channel) field().get(connection.getConnectionAttributeStore());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("the field was made accessible", e);
        }
    }

    private static Field field() {
        try {
            Field field = ConnectionAttributeStoreImpl.class.getDeclaredField(FIELD);
            field.setAccessible(true);
            return field;
        } catch (NoSuchFieldException e) {
            throw new BrokerException("HiveMQ shows no channel of a connection (expected HiveMQ CE 2025.5)", e);
        }
    }
}
