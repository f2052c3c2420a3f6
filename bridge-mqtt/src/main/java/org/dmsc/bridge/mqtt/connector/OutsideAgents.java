package org.dmsc.bridge.mqtt.connector;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.dmsc.bridge.mqtt.broker.Device;
import org.dmsc.bridge.mqtt.broker.Knock;
import org.dmsc.bridge.mqtt.broker.Session;
import org.dmsc.bridge.mqtt.wire.DeviceTopic;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.identity.Caller;

/** Agents behind an outside broker, each as if it were a device that is connected here. Thread-safe. */
final class OutsideAgents {

    private static final Session LONG = new Session(false, Session.LONGEST);

    private final ConnectorSettings settings;
    private final OutsideTraffic traffic;
    private final Map<AgentRef, Present> present = new ConcurrentHashMap<>();

    private record Present(Device device, Set<String> filters) {}

    OutsideAgents(ConnectorSettings settings, OutsideTraffic traffic) {
        this.settings = settings;
        this.traffic = traffic;
    }

    /** The client id under which the edge knows an agent of this connector; no client that connects here can have it. */
    static String clientId(AgentRef agent, String connector) {
        return DeviceTopic.clientId(agent) + "@" + connector;
    }

    /**
     * The agent's device, let in when it is not there yet.
     *
     * @throws RefusedException when it may not speak
     */
    Device admit(AgentRef agent) {
        Present known = present.get(agent);
        return known != null ? known.device() : letIn(agent);
    }

    private synchronized Device letIn(AgentRef agent) {
        Present known = present.get(agent);
        if (known != null) {
            return known.device();
        }
        Knock knock = new Knock(
                UUID.randomUUID().toString(),
                clientId(agent, settings.name()),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                settings.version(),
                settings.receiveMaximum(),
                String.valueOf(settings.url().getHost()),
                LONG,
                Knock.Transport.TCP);
        Caller caller = traffic.vouch(knock, agent);
        Device device = new Device(
                knock.connection(),
                knock.clientId(),
                caller,
                agent,
                knock.version(),
                knock.receiveMaximum(),
                knock.remoteAddress(),
                LONG);
        present.put(agent, new Present(device, ConcurrentHashMap.newKeySet()));
        traffic.connected(device);
        return device;
    }

    /** It hears that topic there. */
    void hears(Device device, String filter) {
        Present known = present.get(device.agent());
        if (known != null && known.filters().add(filter)) {
            traffic.subscribed(device, filter);
        }
    }

    Optional<Device> find(String clientId) {
        return present.values().stream()
                .map(Present::device)
                .filter(device -> device.clientId().equals(clientId))
                .findAny();
    }

    List<Device> all() {
        return present.values().stream().map(Present::device).toList();
    }

    /** It is gone; false when it was not there. */
    boolean leave(Device device, String why) {
        boolean[] left = {false};
        present.computeIfPresent(device.agent(), (agent, known) -> {
            if (!known.device().connection().equals(device.connection())) {
                return known;
            }
            left[0] = true;
            return null;
        });
        if (left[0]) {
            traffic.disconnected(device, why);
        }
        return left[0];
    }
}
