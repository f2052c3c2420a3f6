package org.dmsc.tenant.rules;

import java.util.Optional;
import java.util.Set;
import org.dmsc.schemas.TenantId;

/**
 * A grant in force: what an offer and its acceptance have in common.
 *
 * @param exporterMasking a profile of the exporter's document
 * @param importerMasking a profile of the importer's document
 */
public record Grant(
        String id,
        TenantId exporter,
        TenantId importer,
        Set<String> skills,
        Set<Mode> modes,
        long maxPayloadBytes,
        Optional<String> exporterMasking,
        Optional<String> importerMasking) {

    public Grant {
        skills = Set.copyOf(skills);
        modes = Set.copyOf(modes);
    }

    /** As it stands in logs and audit records: {@code <exporter>/<id>}. */
    public String name() {
        return exporter + "/" + id;
    }
}
