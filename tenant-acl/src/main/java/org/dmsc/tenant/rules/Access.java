package org.dmsc.tenant.rules;

import java.util.Optional;
import java.util.Set;

/**
 * Everything that decides whether a tenant's agent may have something done.
 *
 * @param caller the tenant that asks
 * @param destination empty while nobody is named
 * @param payloadBytes of the message; 0 where it is not known, as in the router
 * @param dataTags of the task
 * @param now milliseconds since the epoch
 */
public record Access(
        Party caller,
        Optional<Destination> destination,
        Mode mode,
        Origin origin,
        long payloadBytes,
        Set<String> dataTags,
        long now) {

    public Access {
        dataTags = Set.copyOf(dataTags);
    }

    /** Whether the task came from another tenant to the caller's: what was granted to one is not handed on to a third. */
    public enum Origin {
        OWN,
        FROM_ANOTHER_TENANT
    }
}
