package org.dmsc.bridge.http.agents;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.dmsc.bridge.core.a2a.Heard;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.Delivery;

/** How agents call the tasks they were given, for as long as this process remembers: needed to cancel and to follow up. Thread-safe. */
final class RemoteTasks {

    private static final int MOST = 20_000;

    private final Map<String, Remote> known = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Remote> eldest) {
            return size() > MOST;
        }
    };

    /**
     * A task at an agent, by the agent's own names.
     *
     * @param contextId the agent's own name of the conversation, when it gave one
     * @param heard what it said of it so far
     * @param over set when whoever hears of it shall not hear more; not the listener itself, which holds messages
     */
    record Remote(AgentSnapshot agent, String taskId, Optional<String> contextId, Heard heard, AtomicBoolean over) {}

    /** Deliveries of one attempt share the agent's name of the task. */
    static String attempt(Delivery delivery) {
        return delivery.getTaskId() + "." + delivery.getAttempt();
    }

    synchronized void remember(String attempt, Remote remote) {
        known.put(attempt, remote);
    }

    synchronized Optional<Remote> find(String attempt) {
        return Optional.ofNullable(known.get(attempt));
    }
}
