package org.dmsc.tenant.quota;

/** What is limited. */
public enum Quota {
    REQUESTS("requests", "quotas.requests-per-second"),
    AGENT_REQUESTS("agent-requests", "quotas.agent.requests-per-second"),
    BYTES("bytes", "quotas.bytes-per-second"),
    BODIES("bodies", "smaller bodies, or fewer at once"),
    CONNECTIONS("connections", "quotas.connections"),
    TASKS("in-flight-tasks", "quotas.in-flight-tasks"),
    SUBSCRIPTIONS("subscriptions", "quotas.subscriptions");

    private final String label;
    private final String key;

    Quota(String label, String key) {
        this.label = label;
        this.key = key;
    }

    /** Its name in metrics and reports. */
    public String label() {
        return label;
    }

    /** What in the tenant's document raises it. */
    String key() {
        return key;
    }
}
