package org.dmsc.bridge.core.deliver;

import java.time.Clock;
import java.util.Optional;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.schemas.avro.TenantState;
import org.dmsc.tenant.directory.Tenants;
import org.dmsc.tenant.policy.CrossTenantRule;

/** Judges a delivery once more, as the router did: tenants and grants may have changed since, and nothing is opened that may not be delivered. */
public final class DeliveryPolicy {

    private final Tenants tenants;
    private final Clock clock;

    public DeliveryPolicy(Tenants tenants, Clock clock) {
        this.tenants = tenants;
        this.clock = clock;
    }

    /** Empty when it may go to the agent. */
    Optional<Refusal> check(Delivery delivery) {
        TenantId caller = new TenantId(delivery.getCallerTenant());
        TenantId assignee = new TenantId(delivery.getAssigneeTenant());
        Optional<TenantRecord> exporter = tenants.find(assignee);
        if (!active(tenants.find(caller)) || !active(exporter)) {
            return Optional.of(Refusal.TENANT_INACTIVE);
        }
        String skill = delivery.getSkill() == null ? "" : delivery.getSkill();
        return CrossTenantRule.check(caller, assignee, exporter, skill, clock.millis());
    }

    private static boolean active(Optional<TenantRecord> tenant) {
        return tenant.filter(found -> found.getState() == TenantState.ACTIVE).isPresent();
    }
}
