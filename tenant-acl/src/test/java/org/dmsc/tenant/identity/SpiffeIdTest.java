package org.dmsc.tenant.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsc.tenant.testing.Refusals.assertRefused;

import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SpiffeIdTest {

    private static final FabricDomain DOMAIN = FabricDomain.DEFAULT;

    @Test
    void readsAnAgentsId() {
        SpiffeId id = SpiffeId.parse("spiffe://acme.fabric.localhost/agent/planner-1");

        assertThat(id.agentRef(DOMAIN)).contains(AgentRef.of("acme", "planner-1"));
        assertThat(id).isEqualTo(SpiffeId.agent(DOMAIN, AgentRef.of("acme", "planner-1")));
        assertThat(id.nodeKind(DOMAIN)).isEmpty();
        assertThat(SpiffeId.parse(id.uri())).isEqualTo(id);
        assertThat(SpiffeId.agentUri(DOMAIN, AgentRef.of("acme", "planner-1"))).isEqualTo(id.uri());
    }

    @Test
    void anInstanceIsItsAgent() {
        SpiffeId id = SpiffeId.parse("spiffe://acme.fabric.localhost/agent/planner/i/7");

        assertThat(id.agentRef(DOMAIN)).contains(AgentRef.of("acme", "planner"));
    }

    @Test
    void readsANodesId() {
        SpiffeId id = SpiffeId.parse("spiffe://platform.fabric.localhost/gateway/g1");

        assertThat(id.nodeKind(DOMAIN)).contains("gateway");
        assertThat(id.agentRef(DOMAIN)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "spiffe",
                "spiffe://",
                "spiffe:///agent/a",
                "spiffe://acme.fabric.localhost",
                "spiffe://acme.fabric.localhost/",
                "SPIFFE://acme.fabric.localhost/agent/a",
                "spiffe:/acme.fabric.localhost/agent/a",
                "https://acme.fabric.localhost/agent/a",
                " spiffe://acme.fabric.localhost/agent/a",
                "spiffe://acme.fabric.localhost/agent/a ",
                "spiffe://acme.fabric.localhost/agent/a\n",
                "spiffe://acme.fabric.localhost:99/agent/a",
                "spiffe://Acme.fabric.localhost/agent/a",
                "spiffe://acme_1.fabric.localhost/agent/a",
                "spiffe://user@acme.fabric.localhost/agent/a",
                "spiffe://acme@globex.fabric.localhost/agent/a",
                "spiffe://.acme.fabric.localhost/agent/a",
                "spiffe://acme..fabric.localhost/agent/a",
                "spiffe://acme.fabric.localhost./agent/a",
                "spiffe://-acme.fabric.localhost/agent/a",
                "spiffe://acme.fabric.localhost/agent/a?b=c",
                "spiffe://acme.fabric.localhost/agent/a#b",
                "spiffe://acme.fabric.localhost/agent/%61",
                "spiffe://acme.fabric.localhost/agent/%2e%2e",
                "spiffe://acme.fabric.localhost//agent/a",
                "spiffe://acme.fabric.localhost/agent//a",
                "spiffe://acme.fabric.localhost/agent/a/",
                "spiffe://acme.fabric.localhost/agent/.",
                "spiffe://acme.fabric.localhost/agent/..",
                "spiffe://acme.fabric.localhost/agent/../agent/b",
                "spiffe://acme.fabric.localhost/./agent/b",
                "spiffe://acme.fabric.localhost/agent\\a",
                "spiffe://acme.fabric.localhost/agent/ä",
                "spiffe://аcme.fabric.localhost/agent/a",
                "spiffe://acme.fabric.localhost/agent/a;b",
                "spiffe://acme.fabric.localhost/agent/a\u0000",
                "spiffe://[::1]/agent/a",
                "urn:spiffe:acme"
            })
    void refusesWhatIsNotExactlyASpiffeId(String hostile) {
        assertRefused(Refusal.UNAUTHENTICATED, () -> SpiffeId.parse(hostile));
    }

    @Test
    void refusesMoreThan2048Bytes() {
        String prefix = "spiffe://acme.fabric.localhost/";

        assertThat(SpiffeId.parse(prefix + "a".repeat(2048 - prefix.length())).uri())
                .hasSize(2048);
        assertRefused(Refusal.UNAUTHENTICATED, () -> SpiffeId.parse(prefix + "a".repeat(2049 - prefix.length())));
        assertThat(SpiffeId.parse(prefix + "a/".repeat(1000) + "b").path()).hasSize(2002);
        assertRefused(Refusal.UNAUTHENTICATED, () -> SpiffeId.parse(prefix + "/a".repeat(1_000_000)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "spiffe://globex.example.com/agent/a",
                "spiffe://fabric.localhost/agent/a",
                "spiffe://a.b.fabric.localhost/agent/a",
                "spiffe://acmefabric.localhost/agent/a",
                "spiffe://acme.fabric.localhost.evil/agent/a",
                "spiffe://platform.fabric.localhost/agent/a",
                "spiffe://acme.fabric.localhost/gateway/g1",
                "spiffe://acme.fabric.localhost/agent",
                "spiffe://acme.fabric.localhost/agent/a/i",
                "spiffe://acme.fabric.localhost/agent/a/b",
                "spiffe://acme.fabric.localhost/agent/a/i/1/2",
                "spiffe://acme.fabric.localhost/x/agent/a",
                "spiffe://acme.fabric.localhost/agent/.a",
                "spiffe://platform.fabric.localhost/gateway",
                "spiffe://platform.fabric.localhost/root/g1",
                "spiffe://platform.fabric.localhost.evil/gateway/g1",
                "spiffe://acme.fabric.localhost/operator/o1"
            })
    void takesNobodyElseForAnAgentOrANode(String other) {
        SpiffeId id = SpiffeId.parse(other);

        assertThat(id.agentRef(DOMAIN)).isEmpty();
        assertThat(id.nodeKind(DOMAIN)).isEmpty();
    }

    @Test
    void refusesToMakeANodeOfAnotherKind() {
        assertRefused(Refusal.UNAUTHENTICATED, () -> SpiffeId.node(DOMAIN, "agent", "a"));
        assertRefused(Refusal.UNAUTHENTICATED, () -> SpiffeId.node(DOMAIN, "gateway", "a/../b"));
    }
}
