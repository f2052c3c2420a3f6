package org.dmsc.tenant.admin;

import org.dmsc.schemas.avro.TenantRecord;

/**
 * A tenant that was just made.
 *
 * @param routerAnswered whether a canary came through on every lane: the tenant's tasks will be routed; false where no router runs yet,
 *     and then they wait
 */
public record CreatedTenant(TenantRecord tenant, boolean routerAnswered) {}
