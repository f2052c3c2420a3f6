package org.dmsc.tenant.policy;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.TenantState;
import org.dmsc.tenant.directory.Tenants;
import org.dmsc.tenant.rules.Acceptance;
import org.dmsc.tenant.rules.Grant;
import org.dmsc.tenant.rules.GrantRule;
import org.dmsc.tenant.rules.TenantPolicy;

/** Whose agents a tenant may know of. Thread-safe, answers from memory. */
public final class Visibility {

    private final Tenants tenants;
    private final Policies policies;

    public Visibility(Tenants tenants, Policies policies) {
        this.tenants = tenants;
        this.policies = policies;
    }

    /** The tenant itself and those of whom it accepted a grant that is in force now. Costs as much as it accepted, not as there are tenants. */
    public Set<TenantId> of(TenantId importer, long now) {
        Set<TenantId> all = new HashSet<>();
        all.add(importer);
        TenantPolicy policy = policies.of(importer);
        for (Acceptance acceptance : policy.acceptances()) {
            if (isActive(acceptance.exporter())
                    && !GrantRule.inForce(policy, policies.of(acceptance.exporter()), now)
                            .isEmpty()) {
                all.add(acceptance.exporter());
            }
        }
        return all;
    }

    /** The grant that lets the importer use this skill of the exporter; empty where none does. */
    public Optional<Grant> grant(TenantId importer, TenantId exporter, String skill, long now) {
        return isActive(exporter)
                ? GrantRule.forSkill(policies.of(importer), policies.of(exporter), skill, now)
                : Optional.empty();
    }

    private boolean isActive(TenantId tenant) {
        return tenants.find(tenant)
                .filter(record -> record.getState() == TenantState.ACTIVE)
                .isPresent();
    }
}
