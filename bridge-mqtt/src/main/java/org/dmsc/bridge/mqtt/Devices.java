package org.dmsc.bridge.mqtt;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.dmsc.bridge.mqtt.broker.Device;
import org.dmsc.bridge.mqtt.wire.TopicRules;
import org.dmsc.schemas.AgentRef;

/** Who is connected here, and what each connection subscribed to. Thread-safe. */
final class Devices {

    private final Map<String, Connected> connections = new ConcurrentHashMap<>();

    /** One connection. */
    private record Connected(Device device, Set<String> filters) {

        boolean hears(String topic) {
            return filters.stream().anyMatch(filter -> TopicRules.matches(filter, topic));
        }
    }

    void add(Device device) {
        connections.put(device.connection(), new Connected(device, ConcurrentHashMap.newKeySet()));
    }

    boolean remove(Device device) {
        return connections.remove(device.connection()) != null;
    }

    void subscribed(Device device, String filter) {
        Connected connected = connections.get(device.connection());
        if (connected != null) {
            connected.filters().add(filter);
        }
    }

    void unsubscribed(Device device, String filter) {
        Connected connected = connections.get(device.connection());
        if (connected != null) {
            connected.filters().remove(filter);
        }
    }

    /** The connection of an agent on which a topic is heard; that with the agent's plain client id before others. */
    Optional<Device> hearing(AgentRef agent, String topic) {
        return connections.values().stream()
                .filter(connected -> connected.device().agent().equals(agent) && connected.hears(topic))
                .map(Connected::device)
                .min(Comparator.comparing((Device device) -> device.clientId().length())
                        .thenComparing(Device::clientId));
    }

    Collection<Device> all() {
        List<Device> all = new ArrayList<>();
        connections.values().forEach(connected -> all.add(connected.device()));
        return all;
    }

    int count() {
        return connections.size();
    }
}
