package org.dmsc.tenant.policy;

import java.util.Optional;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.TenantState;
import org.dmsc.tenant.directory.Tenants;
import org.dmsc.tenant.rules.Party;
import org.dmsc.tenant.rules.Party.Activity;
import org.dmsc.tenant.rules.TenantPolicy;

/** The policies of this fabric's tenants as this process knows them. Thread-safe, answers from memory. */
public interface Policies {

    /**
     * The tenant's policy: {@link TenantPolicy#none} where it has no document or is not known, {@link TenantPolicy#unreadable} where its
     * document cannot be opened here.
     */
    TenantPolicy of(TenantId tenant);

    /** No tenant has a document. */
    static Policies none() {
        return tenant -> TenantPolicy.none(tenant, 0);
    }

    /** The tenant as a party to something. */
    static Party party(Policies policies, Tenants tenants, TenantId tenant) {
        Optional<TenantState> state = tenants.find(tenant).map(record -> record.getState());
        Activity activity = state.map(known -> known == TenantState.ACTIVE ? Activity.ACTIVE : Activity.INACTIVE)
                .orElse(Activity.UNKNOWN);
        return new Party(policies.of(tenant), activity);
    }
}
