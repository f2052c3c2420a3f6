package org.dmsc.bridge.mqtt;

import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.dmsc.bridge.mqtt.broker.Device;
import org.dmsc.schemas.AgentRef;

/** Devices that are away and will be back: each session by its client id, until it expires. Thread-safe. */
final class Sessions {

    private final Clock clock;
    private final Map<AgentRef, Map<String, Instant>> away = new ConcurrentHashMap<>();

    Sessions(Clock clock) {
        this.clock = clock;
    }

    /** Its session goes on with this connection, or ends because it wants a fresh one. */
    void back(Device device) {
        away.computeIfPresent(device.agent(), (agent, known) -> {
            known.remove(device.clientId());
            return known.isEmpty() ? null : known;
        });
    }

    /** The connection ended; its session lives on for as long as the device said. */
    void left(Device device) {
        if (!device.session().expiry().isZero()) {
            away.computeIfAbsent(device.agent(), agent -> new ConcurrentHashMap<>())
                    .put(
                            device.clientId(),
                            clock.instant().plus(device.session().expiry()));
        }
    }

    /** Whether any session of an agent that is away lives still. */
    boolean isAwaited(AgentRef agent) {
        Instant now = clock.instant();
        Map<String, Instant> known = away.getOrDefault(agent, Map.of());
        return known.values().stream().anyMatch(until -> until.isAfter(now));
    }

    /** Nothing is kept for this agent any more. */
    void forget(AgentRef agent) {
        away.remove(agent);
    }
}
