package org.dmsc.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.strings;

import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {"", "-a", "a-", "A", "a_b", "a.b", "é", "a\n", "sys", "audit", "dmsc", "v1", "tasks", "agents"})
    void refusesWhatIsNoTenant(String text) {
        assertThatThrownBy(() -> new TenantId(text))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.INVALID_TENANT_ID));
    }

    @Test
    void aTenantHasAtMostFortyCharacters() {
        assertThat(new TenantId("a".repeat(40)).value()).hasSize(40);
        assertThatThrownBy(() -> new TenantId("a".repeat(41))).isInstanceOf(RefusedException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "-a", ".a", "a/b", "a b", "a+", "a#", "$a", "é", "a\u0000"})
    void refusesWhatIsNoAgent(String text) {
        assertThatThrownBy(() -> new AgentId(text))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.INVALID_AGENT_ID));
    }

    @Test
    void idsAreExactlyThoseOfTheirDocumentedPatterns() {
        qt().withExamples(2000)
                .forAll(strings().betweenCodePoints(' ', 'z').ofLengthBetween(0, 4))
                .checkAssert(text -> {
                    boolean tenant =
                            text.matches("[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?") && !TenantId.RESERVED.contains(text);
                    assertThat(accepts(() -> new TenantId(text))).as(text).isEqualTo(tenant);
                    boolean agent = text.matches("[A-Za-z0-9_][A-Za-z0-9._-]{0,63}");
                    assertThat(accepts(() -> new AgentId(text))).as(text).isEqualTo(agent);
                });
        assertThat(new AgentId("a".repeat(64)).value()).hasSize(64);
        assertThat(accepts(() -> new AgentId("a".repeat(65)))).isFalse();
    }

    private static boolean accepts(Supplier<?> maker) {
        try {
            maker.get();
            return true;
        } catch (RefusedException e) {
            return false;
        }
    }

    @Test
    void agentReferencesSurviveTheirText() {
        assertThat(AgentRef.parse("acme/Billing_1.x")).isEqualTo(AgentRef.of("acme", "Billing_1.x"));
        for (String bad : new String[] {"acme", "acme/", "/a", "acme/a/b", "ACME/a"}) {
            assertThatThrownBy(() -> AgentRef.parse(bad)).isInstanceOf(RefusedException.class);
        }
    }

    @Test
    void lanesAreWhereKafkasOwnPartitionerPutsTheSameKey() {
        qt().forAll(strings().allPossible().ofLengthBetween(0, 40), integers().between(1, 64))
                .checkAssert((id, lanes) -> assertThat(Lanes.of(id, lanes))
                        .isEqualTo(BuiltInPartitioner.partitionForKey(id.getBytes(StandardCharsets.UTF_8), lanes)));
    }

    @Test
    void hostileTextIsMadePrintable() {
        assertThat(Printable.of("a\r\nb\u001b[31m\u202ec")).isEqualTo("a\\u000d\\u000ab\\u001b[31m\\u202ec");
        assertThat(Printable.of("x".repeat(200))).hasSize(81);
    }
}
