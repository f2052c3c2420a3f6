package org.dmsc.tenant.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.TenantState;
import org.dmsc.tenant.identity.Caller;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.policy.Admission.Admitted;
import org.dmsc.tenant.policy.Admission.Denied;
import org.dmsc.tenant.testing.FixedPolicies;
import org.dmsc.tenant.testing.FixedTenants;
import org.dmsc.tenant.testing.HandClock;
import org.junit.jupiter.api.Test;

final class GatekeeperTest {

    private static final AgentRef PLANNER = AgentRef.of("acme", "planner");
    private static final long LIMIT = 10L << 20;

    private final HandClock clock = new HandClock();
    private final FixedTenants tenants =
            new FixedTenants().put(FixedTenants.active("acme").build());
    private final FixedPolicies policies = new FixedPolicies();
    private final Gatekeeper gatekeeper = new Gatekeeper(tenants, policies, Admittance.none(), clock);

    @Test
    void admitsWithinTheTenant() {
        assertThat(admit(Optional.empty(), LIMIT)).isInstanceOf(Admitted.class);
        assertThat(admit(Optional.of(AgentRef.of("acme", "coder")), 1)).isInstanceOf(Admitted.class);
    }

    @Test
    void deniesWhatIsTooLarge() {
        assertDenied(Refusal.TOO_LARGE, admit(Optional.empty(), LIMIT + 1));
    }

    @Test
    void deniesUnknownAndInactiveTenantsBeforeAnythingElse() {
        tenants.put(FixedTenants.active("acme").setState(TenantState.SUSPENDED).build());

        assertDenied(Refusal.TENANT_INACTIVE, admit(Optional.of(AgentRef.of("globex", "x")), LIMIT + 1));
        assertDenied(
                Refusal.TENANT_UNKNOWN,
                gatekeeper.admit(agent(AgentRef.of("nobody", "x")), AdmissionRequest.of(LIMIT + 1)));
    }

    @Test
    void deniesAnotherTenantsAgentAlikeWhetherTheTenantExistsOrNot() {
        Admission unknown = admit(Optional.of(AgentRef.of("globex", "x")), 1);
        tenants.put(FixedTenants.active("globex").build());
        Admission known = admit(Optional.of(AgentRef.of("globex", "x")), 1);

        assertDenied(Refusal.CROSS_TENANT, unknown);
        assertThat(known).isEqualTo(unknown);
    }

    @Test
    void admitsToAnotherTenantUnderAGrantInForce() {
        tenants.put(FixedTenants.active("globex").build());
        policies.put("acme", "grants: {acceptances: [{id: g, from: globex, skills: [plan]}]}");
        policies.put("globex", "grants: {offers: [{id: g, to: acme, skills: [plan], until: 2999-01-01}]}");

        assertThat(admit(Optional.of(AgentRef.of("globex", "x")), 1)).isInstanceOf(Admitted.class);
    }

    @Test
    void nodesAndOperatorsDelegateNothing() {
        SpiffeId id = SpiffeId.node(FabricDomain.DEFAULT, "operator", "o1");
        Caller operator = new Caller(Caller.Kind.OPERATOR, id, Optional.empty(), Caller.Method.CERTIFICATE);

        assertDenied(Refusal.NOT_PERMITTED, gatekeeper.admit(operator, AdmissionRequest.of(1)));
    }

    private Admission admit(Optional<AgentRef> target, long bytes) {
        return gatekeeper.admit(
                agent(PLANNER), target.map(AdmissionRequest.of(bytes)::to).orElse(AdmissionRequest.of(bytes)));
    }

    private static Caller agent(AgentRef agent) {
        return new Caller(
                Caller.Kind.AGENT,
                SpiffeId.agent(FabricDomain.DEFAULT, agent),
                Optional.of(agent),
                Caller.Method.CERTIFICATE);
    }

    private static void assertDenied(Refusal refusal, Admission admission) {
        assertThat(admission)
                .isInstanceOfSatisfying(
                        Denied.class, denied -> assertThat(denied.refusal()).isEqualTo(refusal));
    }
}
