package org.dmsc.bridge.mqtt.connector;

import java.util.List;
import java.util.regex.Pattern;
import org.dmsc.schemas.AgentId;

/** Names of agents, each exact or with a star at its end. */
public record AgentNames(List<String> patterns) {

    /** What one of them looks like. */
    public static final Pattern SHAPE = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,63}\\*?|\\*");

    public AgentNames {
        patterns = List.copyOf(patterns);
    }

    /** Whether an agent has one of these names. */
    public boolean has(AgentId agent) {
        return patterns.stream()
                .anyMatch(pattern -> pattern.endsWith("*")
                        ? agent.value().startsWith(pattern.substring(0, pattern.length() - 1))
                        : agent.value().equals(pattern));
    }
}
