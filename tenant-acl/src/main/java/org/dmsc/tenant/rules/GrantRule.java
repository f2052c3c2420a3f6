package org.dmsc.tenant.rules;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dmsc.schemas.TenantId;

/**
 * Which grants are in force between two tenants: an offer of the one that names the other, and the other's acceptance of it, both standing
 * and neither expired. Only the two documents are asked, so nothing that either got from a third can count: grants are not transitive, and
 * a circle of them is no more than its pairs. Pure.
 */
public final class GrantRule {

    private GrantRule() {}

    /** Those in force, in the order of the exporter's document; none where either document cannot be read. */
    public static List<Grant> inForce(TenantPolicy importer, TenantPolicy exporter, long now) {
        List<Grant> grants = new ArrayList<>();
        for (Offer offer : exporter.offers()) {
            if (offer.importer().equals(importer.tenant()) && offer.notBefore() <= now && now < offer.notAfter()) {
                accepted(importer, exporter.tenant(), offer, now).ifPresent(grants::add);
            }
        }
        return grants;
    }

    /** The first in force that has this skill. */
    public static Optional<Grant> forSkill(TenantPolicy importer, TenantPolicy exporter, String skill, long now) {
        return inForce(importer, exporter, now).stream()
                .filter(grant -> grant.skills().contains(skill))
                .findFirst();
    }

    private static Optional<Grant> accepted(TenantPolicy importer, TenantId exporter, Offer offer, long now) {
        return importer.acceptances().stream()
                .filter(acceptance -> acceptance.exporter().equals(exporter)
                        && acceptance.id().equals(offer.id())
                        && now < acceptance.notAfter())
                .map(acceptance -> grant(importer, exporter, offer, acceptance))
                .filter(grant -> !grant.skills().isEmpty())
                .findFirst();
    }

    private static Grant grant(TenantPolicy importer, TenantId exporter, Offer offer, Acceptance acceptance) {
        Set<String> skills = new HashSet<>(offer.skills());
        skills.retainAll(acceptance.skills());
        return new Grant(
                offer.id(),
                exporter,
                importer.tenant(),
                skills,
                offer.modes(),
                offer.maxPayloadBytes(),
                offer.masking(),
                acceptance.masking());
    }
}
