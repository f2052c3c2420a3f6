package org.dmsc.tenant.document;

import java.util.Optional;
import org.dmsc.schemas.avro.TenantLimits;
import org.dmsc.tenant.rules.TenantPolicy;

/**
 * A document without a fault.
 *
 * @param displayName empty: as it is
 * @param limits of single requests and tasks; these are no secret and stand in the tenant's record in the clear
 */
public record ReadDocument(Optional<String> displayName, TenantLimits limits, TenantPolicy policy) {}
