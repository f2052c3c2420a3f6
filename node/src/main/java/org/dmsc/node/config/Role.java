package org.dmsc.node.config;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

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
    AUDIT,
    /** Gives data keys to processes without a vault; only where it is asked for. */
    KEYS;

    /** What a process does that was not told: everything, in one process that nobody else asks for keys. */
    public static Set<Role> usual() {
        return EnumSet.complementOf(EnumSet.of(KEYS));
    }

    /** As written in configuration and on the command line. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it takes part in the lanes. */
    public boolean isGateway() {
        return this == HTTP || this == MQTT;
    }
}
