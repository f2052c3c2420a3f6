package org.dmsc.tenant.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsc.tenant.testing.Refusals.assertRefused;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.identity.Caller;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.testing.FixedPolicies;
import org.junit.jupiter.api.Test;

final class NetworkGateTest {

    private static final TenantId ACME = new TenantId("acme");

    private final FixedPolicies policies = new FixedPolicies();
    private final List<Refusal> trials = new ArrayList<>();
    private final NetworkGate gate = new NetworkGate(policies, (tenant, refused) -> trials.add(refused.refusal()));

    @Test
    void agentsComeFromWhereTheirTenantSays() {
        policies.put("acme", "network: {sources: [10.0.0.0/8]}");

        assertThat(gate.requireSource(agent("acme"), "10.1.2.3")).isEqualTo(agent("acme"));
        assertThat(gate.requireSource(agent("globex"), "192.0.2.1")).isEqualTo(agent("globex"));
        for (String stranger : List.of("11.1.2.3", "::1", "unknown", "", "::ffff:11.1.2.3")) {
            assertRefused(Refusal.SOURCE_FORBIDDEN, () -> gate.requireSource(agent("acme"), stranger));
        }
    }

    @Test
    void agentsAreCalledWhereTheirTenantSays() {
        policies.put("acme", "network: {agent-hosts: ['*.acme.example', localhost, 10.1.0.0/16]}");

        gate.requireHost(ACME, "https://a.ACME.example:8443/x");
        gate.requireHost(ACME, "https://localhost:1/");
        gate.requireHost(ACME, "https://10.1.9.9/");
        gate.requireHost(new TenantId("globex"), "https://anywhere.example/");
        for (String wrong : List.of(
                "https://acme.example/",
                "https://a.acme.example.evil.example/",
                "https://10.2.0.1/",
                "https://u@evil.example/",
                "no url at all",
                "https://[::1]/")) {
            assertRefused(Refusal.HOST_FORBIDDEN, () -> gate.requireHost(ACME, wrong));
        }
    }

    @Test
    void aDryRunOnlyTells() {
        policies.put("acme", "network: {sources: [10.0.0.0/8], agent-hosts: [a.example], dry-run: true}");

        gate.requireSource(agent("acme"), "192.0.2.1");
        gate.requireHost(ACME, "https://b.example/");

        assertThat(trials).containsExactly(Refusal.SOURCE_FORBIDDEN, Refusal.HOST_FORBIDDEN);
    }

    private static Caller agent(String tenant) {
        AgentRef agent = AgentRef.of(tenant, "a");
        return new Caller(
                Caller.Kind.AGENT,
                SpiffeId.agent(FabricDomain.DEFAULT, agent),
                Optional.of(agent),
                Caller.Method.CERTIFICATE);
    }
}
