package org.dmsc.bridge.mqtt;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.dmsc.bridge.mqtt.broker.Device;
import org.dmsc.bridge.mqtt.wire.TopicRules;
import org.dmsc.schemas.AgentRef;

/**
 * Who is connected here, what each connection subscribed to, and how many publishes are on their way to it. Thread-safe.
 *
 * <p>No more are sent to a connection than its receive maximum, and than HiveMQ itself has on the way at once: the rest would wait in the
 * broker, which forgets what it has too much of.
 */
final class Devices {

    /** HiveMQ has at most this many on the way to one client. */
    private static final int MOST_ON_THE_WAY = 50;

    private final Map<String, Connected> connections = new ConcurrentHashMap<>();
    private final Map<AgentRef, Map<String, Connected>> byAgent = new ConcurrentHashMap<>();

    /** What a publish is: replies leave a quarter of the room to tasks, so that who asks a lot can still be asked. */
    enum Share {
        TASK,
        REPLY
    }

    /** One connection. */
    private record Connected(Device device, Set<String> filters, AtomicInteger onTheWay) {

        boolean hears(String topic) {
            return filters.stream().anyMatch(filter -> TopicRules.matches(filter, topic));
        }

        int room(Share share) {
            int all = Math.max(1, Math.min(device.receiveMaximum(), MOST_ON_THE_WAY));
            return share == Share.TASK ? all : Math.max(1, all - all / 4);
        }
    }

    void add(Device device) {
        Connected connected = new Connected(device, ConcurrentHashMap.newKeySet(), new AtomicInteger());
        connections.put(device.connection(), connected);
        byAgent.compute(device.agent(), (agent, known) -> {
            Map<String, Connected> all = known == null ? new ConcurrentHashMap<>() : known;
            all.put(device.connection(), connected);
            return all;
        });
    }

    boolean remove(Device device) {
        byAgent.computeIfPresent(device.agent(), (agent, known) -> {
            known.remove(device.connection());
            return known.isEmpty() ? null : known;
        });
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
        return byAgent.getOrDefault(agent, Map.of()).values().stream()
                .filter(connected -> connected.hears(topic))
                .map(Connected::device)
                .min(Comparator.comparing((Device device) -> device.clientId().length())
                        .thenComparing(Device::clientId));
    }

    /** Whether the agent has any connection here. */
    boolean isConnected(AgentRef agent) {
        return byAgent.containsKey(agent);
    }

    /** How many connections an agent has here. */
    int countOf(AgentRef agent) {
        return byAgent.getOrDefault(agent, Map.of()).size();
    }

    /** Takes room for one more publish to a connection; false when it has not acknowledged enough of those before, or is gone. */
    boolean takeRoom(Device device, Share share) {
        Connected connected = connections.get(device.connection());
        if (connected == null) {
            return false;
        }
        int room = connected.room(share);
        return connected.onTheWay().getAndUpdate(now -> now < room ? now + 1 : now) < room;
    }

    /** One publish has been acknowledged, or will never be. */
    void giveRoom(Device device) {
        Connected connected = connections.get(device.connection());
        if (connected != null) {
            connected.onTheWay().updateAndGet(now -> Math.max(0, now - 1));
        }
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
