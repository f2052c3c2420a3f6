package org.dmsc.tenant.rules;

import org.dmsc.schemas.TenantId;

/** A tenant that takes part in something, as it stands now. */
public record Party(TenantPolicy policy, Activity activity) {

    /** Whether a tenant may do anything. */
    public enum Activity {
        ACTIVE,
        INACTIVE,
        UNKNOWN
    }

    public TenantId tenant() {
        return policy.tenant();
    }
}
