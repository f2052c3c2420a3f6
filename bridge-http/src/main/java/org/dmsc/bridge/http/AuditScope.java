package org.dmsc.bridge.http;

import java.util.Optional;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AuditRecord;
import org.dmsc.tenant.policy.Policies;

/**
 * Whose audit records a caller may read: an operator anybody's, an administrator of a tenant that tenant's.
 *
 * @param tenant one tenant; empty for all
 * @param fabric only what belongs to no tenant
 */
record AuditScope(Optional<TenantId> tenant, boolean fabric) {

    /** What cannot be put down to any tenant is recorded under this name, which no tenant can have. */
    private static final String FABRIC = "sys";

    /** Whether the caller may read whole logs. */
    static boolean isGiven(Call call, Policies policies) {
        return call.byOperator()
                || call.caller()
                        .agent()
                        .filter(agent ->
                                policies.of(agent.tenant()).administrators().contains(agent.agent()))
                        .isPresent();
    }

    /** Refused as NOT_PERMITTED to others, and as CROSS_TENANT when an administrator names another tenant. */
    static AuditScope of(Call call, Policies policies) {
        if (!isGiven(call, policies)) {
            throw new RefusedException(
                    Refusal.NOT_PERMITTED,
                    call.caller().id() + ": may not read the audit log (expected an operator, or an agent that its"
                            + " tenant's document names among its administrators)");
        }
        Optional<String> named = call.query("tenant");
        if (call.byOperator()) {
            boolean fabric = named.filter(FABRIC::equals).isPresent();
            return new AuditScope(fabric ? Optional.empty() : named.map(TenantId::new), fabric);
        }
        TenantId own = call.caller().tenant();
        if (named.filter(other -> !other.equals(own.value())).isPresent()) {
            throw new RefusedException(
                    Refusal.CROSS_TENANT,
                    "tenant: '" + Printable.of(named.get()) + "' is not the caller's own (expected none)");
        }
        return new AuditScope(Optional.of(own), false);
    }

    boolean holds(AuditRecord record) {
        return !fabric || record.getEvent().getTenant().equals(FABRIC);
    }
}
