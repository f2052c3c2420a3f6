package org.dmsc.tenant.keys;

import org.dmsc.schemas.TenantId;

/** What the audit log holds instead of contents: HMACs that nobody can compute or link once the tenant's keys are destroyed. */
public interface AuditHmac {

    /** HMAC-SHA256 under the tenant's audit key, base64url without padding. */
    String of(TenantId tenant, byte[] content);

    /** Whether {@link #of} asks no other process. */
    default boolean atHand(TenantId tenant) {
        return true;
    }

    /** Has the tenant's key ready; blocks as long as asking for it takes. */
    default void fetch(TenantId tenant) {}
}
