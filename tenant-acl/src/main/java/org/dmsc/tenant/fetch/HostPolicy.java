package org.dmsc.tenant.fetch;

import org.dmsc.schemas.TenantId;

/** Which hosts may be called on a tenant's behalf: its network policy. Implementations answer from memory and MUST NOT block. */
@FunctionalInterface
public interface HostPolicy {

    /** Whether the host, as its URL names it, may be called for the tenant. */
    boolean mayCall(TenantId tenant, String host);

    /** Every host that is public. */
    static HostPolicy any() {
        return (tenant, host) -> true;
    }
}
