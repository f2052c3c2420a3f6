package org.dmsc.tenant.token;

import java.util.List;
import org.dmsc.schemas.TenantId;

/**
 * Which outside issuers each tenant believes. Implementations answer from memory: they MUST NOT block, and MUST be safe for many threads. What
 * they answer is asked for anew with each token that is not in the cache, so a change counts within a second.
 */
@FunctionalInterface
public interface OutsideIssuers {

    /** Those of the tenant; empty when it has none or is not known. */
    List<OutsideIssuer> of(TenantId tenant);

    /** Nobody believes anybody outside. */
    static OutsideIssuers none() {
        return tenant -> List.of();
    }
}
