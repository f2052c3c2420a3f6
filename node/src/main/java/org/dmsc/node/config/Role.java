package org.dmsc.node.config;

import java.util.Locale;

/** What a process does for the fabric; by default one process does everything. */
public enum Role {
    /** The embedded Kafka broker. */
    BROKER,
    /** Gateway for A2A over HTTP, and the configuration API. */
    HTTP,
    /** Gateway for devices. */
    MQTT,
    /** Delegation decisions. */
    ROUTER,
    /** Agents' health and load. */
    REGISTRY,
    /** Sequences the audit log. */
    AUDIT;

    /** As written in configuration and on the command line. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it takes part in the lanes. */
    public boolean isGateway() {
        return this == HTTP || this == MQTT;
    }
}
