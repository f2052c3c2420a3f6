package org.dmsc.tenant.rules;

import java.util.Optional;
import java.util.Set;
import org.dmsc.schemas.TenantId;

/**
 * The exporter's half of a grant: one tenant, by name, may use these skills of the exporter's agents, by name.
 *
 * @param id of the grant, unique among the exporter's
 * @param notBefore milliseconds since the epoch, inclusive
 * @param notAfter milliseconds since the epoch, exclusive
 * @param masking a profile of the exporter that what is delivered goes through
 * @param maxPayloadBytes of one message
 */
public record Offer(
        String id,
        TenantId importer,
        Set<String> skills,
        Set<Mode> modes,
        long notBefore,
        long notAfter,
        Optional<String> masking,
        long maxPayloadBytes) {

    public Offer {
        skills = Set.copyOf(skills);
        modes = Set.copyOf(modes);
    }
}
