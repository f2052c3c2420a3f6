package org.dmsc.bridge.mqtt.broker;

import com.hivemq.extension.sdk.api.client.parameter.ConnectionInformation;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Finds the {@link Device} of a connection: HiveMQ gives each connection a store of strings, in which its id is kept. */
final class Connections {

    private static final String KEY = "dmsc-connection";

    private final Map<String, Device> devices = new ConcurrentHashMap<>();

    void add(ConnectionInformation connection, Device device) {
        devices.put(device.connection(), device);
        connection.getConnectionAttributeStore().putAsString(KEY, device.connection());
    }

    Optional<Device> of(ConnectionInformation connection) {
        return connection.getConnectionAttributeStore().getAsString(KEY).map(devices::get);
    }

    Optional<Device> remove(ConnectionInformation connection) {
        return connection.getConnectionAttributeStore().getAsString(KEY).map(devices::remove);
    }
}
