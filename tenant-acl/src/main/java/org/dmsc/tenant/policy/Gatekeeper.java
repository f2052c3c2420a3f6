package org.dmsc.tenant.policy;

import java.time.Clock;
import java.util.Optional;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.schemas.avro.TenantState;
import org.dmsc.tenant.directory.Tenants;
import org.dmsc.tenant.identity.Caller;
import org.dmsc.tenant.policy.Admission.Admitted;
import org.dmsc.tenant.policy.Admission.Denied;

/**
 * The one order in which an authenticated caller's request is judged (design 10): tenant active ▸ quota ▸ isolation. The router judges again
 * by {@link CrossTenantRule} once it knows the skill. Thread-safe, never blocks, fails closed.
 */
public final class Gatekeeper {

    private final Tenants tenants;
    private final Clock clock;

    public Gatekeeper(Tenants tenants, Clock clock) {
        this.tenants = tenants;
        this.clock = clock;
    }

    /**
     * Judges a request.
     *
     * @param target the agent that the caller names; empty when it only says what it needs
     */
    public Admission admit(Caller caller, Optional<AgentRef> target, long bodyBytes) {
        if (caller.kind() != Caller.Kind.AGENT) {
            return new Denied(
                    Refusal.NOT_PERMITTED,
                    caller.id() + " is no agent (expected an agent's identity to delegate a task)");
        }
        Optional<TenantRecord> found = tenants.find(caller.tenant());
        if (found.isEmpty()) {
            return new Denied(Refusal.TENANT_UNKNOWN, "tenant " + caller.tenant() + " is not known here");
        }
        return admit(found.get(), caller.tenant(), target, bodyBytes);
    }

    private Admission admit(TenantRecord record, TenantId tenant, Optional<AgentRef> target, long bodyBytes) {
        if (record.getState() != TenantState.ACTIVE) {
            return new Denied(
                    Refusal.TENANT_INACTIVE, "tenant " + tenant + " is " + record.getState() + " (expected ACTIVE)");
        }
        long most = record.getLimits().getMaxBodyBytes();
        if (bodyBytes > most) {
            return new Denied(
                    Refusal.TOO_LARGE,
                    "body of " + bodyBytes + " bytes (expected at most " + most + " for tenant " + tenant + ")");
        }
        return target.flatMap(agent -> isolation(tenant, agent)).orElseGet(() -> new Admitted(record));
    }

    private Optional<Admission> isolation(TenantId tenant, AgentRef target) {
        return CrossTenantRule.checkAnySkill(tenant, target.tenant(), tenants.find(target.tenant()), clock.millis())
                .map(refusal -> new Denied(
                        refusal, "no grant lets tenant " + tenant + " use agents of tenant " + target.tenant()));
    }
}
