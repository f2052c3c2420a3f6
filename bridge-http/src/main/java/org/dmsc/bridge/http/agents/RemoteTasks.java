package org.dmsc.bridge.http.agents;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.dmsc.schemas.avro.AgentSnapshot;

/** How agents call the tasks they were given, for as long as this process remembers: needed to cancel and to follow up. Thread-safe. */
final class RemoteTasks {

    private static final int MOST = 20_000;

    private final Map<String, Remote> known = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Remote> eldest) {
            return size() > MOST;
        }
    };

    /** A task at an agent, by the agent's own name. */
    record Remote(AgentSnapshot agent, String taskId) {}

    synchronized void remember(String deliveryId, Remote remote) {
        known.put(deliveryId, remote);
    }

    synchronized Optional<Remote> find(String deliveryId) {
        return Optional.ofNullable(known.get(deliveryId));
    }
}
