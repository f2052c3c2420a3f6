package org.dmsc.tenant.policy;

import java.util.Optional;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.Grant;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.schemas.avro.TenantState;

/**
 * Whether one tenant may use a skill of another: only by a grant that names importer and skill exactly, that the importer accepted, and that
 * has not expired. Grants are not transitive, because only the caller's own tenant is ever asked about. Pure.
 */
public final class CrossTenantRule {

    private CrossTenantRule() {}

    /** Empty when it may; a tenant may always use its own skills. */
    public static Optional<Refusal> check(
            TenantId importer, TenantId exporter, Optional<TenantRecord> exporterRecord, String skill, long now) {
        if (importer.equals(exporter)) {
            return Optional.empty();
        }
        boolean granted = isActive(exporter, exporterRecord)
                && exporterRecord.orElseThrow().getGrants().stream()
                        .anyMatch(grant -> isInForce(grant, importer, now)
                                && grant.getSkills().contains(skill));
        return granted ? Optional.empty() : Optional.of(Refusal.CROSS_TENANT);
    }

    /** Empty when there is any grant in force between the two: what an edge can know before an agent's skill is chosen. */
    static Optional<Refusal> checkAnySkill(
            TenantId importer, TenantId exporter, Optional<TenantRecord> exporterRecord, long now) {
        if (importer.equals(exporter)) {
            return Optional.empty();
        }
        boolean granted = isActive(exporter, exporterRecord)
                && exporterRecord.orElseThrow().getGrants().stream()
                        .anyMatch(grant -> isInForce(grant, importer, now)
                                && !grant.getSkills().isEmpty());
        return granted ? Optional.empty() : Optional.of(Refusal.CROSS_TENANT);
    }

    private static boolean isActive(TenantId exporter, Optional<TenantRecord> record) {
        return record.filter(found -> found.getTenant().equals(exporter.value()))
                .filter(found -> found.getState() == TenantState.ACTIVE)
                .isPresent();
    }

    private static boolean isInForce(Grant grant, TenantId importer, long now) {
        return grant.getAccepted() && grant.getImporter().equals(importer.value()) && now < grant.getNotAfter();
    }
}
