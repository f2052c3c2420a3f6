package org.dmsc.tenant.rules;

import org.dmsc.tenant.Enforcement;

/**
 * How much of the fabric a tenant may use; {@link #UNLIMITED} where its document says nothing.
 *
 * @param tenant requests of all its agents together
 * @param agent requests of each of its agents
 * @param connections open at once, HTTP and MQTT together
 * @param inFlightTasks not yet ended
 * @param bytesPerSecond of request bodies
 * @param subscriptions MQTT subscriptions of all its agents together
 * @param agents registered at once
 */
public record Quotas(
        Rate tenant,
        Rate agent,
        long connections,
        long inFlightTasks,
        long bytesPerSecond,
        long subscriptions,
        long agents,
        Enforcement enforcement) {

    /** No limit. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    /** Nothing is limited. */
    public static final Quotas NONE = new Quotas(
            Rate.UNLIMITED,
            Rate.UNLIMITED,
            UNLIMITED,
            UNLIMITED,
            UNLIMITED,
            UNLIMITED,
            UNLIMITED,
            Enforcement.ENFORCED);
}
