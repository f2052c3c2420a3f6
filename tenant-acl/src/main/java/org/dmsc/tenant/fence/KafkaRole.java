package org.dmsc.tenant.fence;

import java.util.Locale;

/** As whom a part of the fabric speaks to Kafka: one principal per role, whatever the process. */
public enum KafkaRole {
    /** Edges and lanes. */
    GATEWAY,
    ROUTER,
    REGISTRY,
    /** The sequencer: the only writer of audit topics. */
    AUDIT,
    /** Unwraps data keys for processes without a vault. */
    KEYS,
    /** Makes topics, tenants and ACLs. Used where the operator's API is served. */
    ADMIN,
    /** The broker itself and its controller; Kafka lets it do everything but what {@code AuditGuard} forbids to all. */
    BROKER;

    /** Kind of node in the role's SPIFFE id. */
    public String kind() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Its principal in ACLs. */
    public String principal() {
        return "User:" + user();
    }

    /** Its principal in quotas. */
    public String user() {
        return NODE + kind();
    }

    /** Begins the name of every principal that is a process of the fabric. */
    public static final String NODE = "node-";
}
