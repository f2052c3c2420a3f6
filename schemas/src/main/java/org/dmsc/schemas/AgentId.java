package org.dmsc.schemas;

/**
 * An agent's name inside its tenant: 1 to 64 of {@code A-Z a-z 0-9 . _ -}, not beginning with '.' or '-'. The alphabet is what an A2A over
 * MQTT client id, a SPIFFE path segment and a Kafka key all accept.
 */
public record AgentId(String value) implements Comparable<AgentId> {

    private static final int LONGEST = 64;

    /** The name under which every gateway takes requests that say what is needed, not who shall do it. */
    public static final AgentId GATEWAY = new AgentId("gateway");

    public AgentId {
        if (!hasShape(value)) {
            throw new RefusedException(
                    Refusal.INVALID_AGENT_ID,
                    "agent id: '" + Printable.of(value)
                            + "' (expected 1 to 64 of A-Z, a-z, 0-9, '.', '_' and '-', beginning with a letter, digit or '_')");
        }
    }

    private static boolean hasShape(String value) {
        int length = value.length();
        if (length == 0 || length > LONGEST || value.charAt(0) == '.' || value.charAt(0) == '-') {
            return false;
        }
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            boolean alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!alphanumeric && c != '.' && c != '_' && c != '-') {
                return false;
            }
        }
        return true;
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
