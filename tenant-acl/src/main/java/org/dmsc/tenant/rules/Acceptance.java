package org.dmsc.tenant.rules;

import java.util.Optional;
import java.util.Set;
import org.dmsc.schemas.TenantId;

/**
 * The importer's half of a grant. It names the skills once more: an offer that grows later grows nothing that was accepted.
 *
 * @param id of the grant, as the exporter named it
 * @param notAfter milliseconds since the epoch, exclusive
 * @param masking a profile of the importer that what its agents send under this grant goes through
 */
public record Acceptance(String id, TenantId exporter, Set<String> skills, long notAfter, Optional<String> masking) {

    public Acceptance {
        skills = Set.copyOf(skills);
    }
}
