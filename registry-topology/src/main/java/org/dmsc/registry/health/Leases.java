package org.dmsc.registry.health;

/** What is known of the gateways' leases. */
public interface Leases {

    /** How a lease stands. */
    enum Standing {
        /** Renewed in time. */
        HELD,
        /** Ended, given up, or taken over by a later start of the same gateway. */
        ENDED,
        /** Never heard of. */
        UNKNOWN
    }

    /** The lease of that start of a gateway. */
    Standing of(String gateway, long epoch, long now);
}
