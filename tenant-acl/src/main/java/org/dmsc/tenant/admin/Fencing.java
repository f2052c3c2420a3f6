package org.dmsc.tenant.admin;

/** Whether Kafka's own fences are ours to put up. */
public enum Fencing {
    /** The fabric's broker knows the fabric's principals: ACLs and quotas are made. */
    KAFKA,
    /** A Kafka without them, or with an administrator of its own. */
    NONE;

    /** Whether ACLs and quotas are made. */
    public boolean isUp() {
        return this == KAFKA;
    }
}
