package org.dmsc.schemas;

import java.util.regex.Pattern;

/**
 * An agent's name inside its tenant: 1 to 64 of {@code A-Z a-z 0-9 . _ -}, not beginning with '.' or '-'. The alphabet is what an A2A over
 * MQTT client id, a SPIFFE path segment and a Kafka key all accept.
 */
public record AgentId(String value) implements Comparable<AgentId> {

    private static final Pattern SHAPE = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,63}");

    /** The name under which every gateway takes requests that say what is needed, not who shall do it. */
    public static final AgentId GATEWAY = new AgentId("gateway");

    public AgentId {
        if (!SHAPE.matcher(value).matches()) {
            throw new RefusedException(
                    Refusal.INVALID_AGENT_ID,
                    "agent id: '" + Printable.of(value)
                            + "' (expected 1 to 64 of A-Z, a-z, 0-9, '.', '_' and '-', beginning with a letter, digit or '_')");
        }
    }

    @Override
    public int compareTo(AgentId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
