package org.dmsc.tenant.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dmsc.tenant.testing.AgentCards.skill;
import static org.dmsc.tenant.testing.AgentCards.snapshot;

import org.apache.avro.AvroRuntimeException;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.junit.jupiter.api.Test;

class RegistrationPackingTest {

    private static final AgentRef AGENT = AgentRef.of("acme", "billing");

    private final RegistrationPacking packing = new RegistrationPacking();

    private static AgentSnapshot card(String description) {
        return snapshot(
                AGENT,
                "Billing \u00e4\u6f22\ud83d\ude00",
                description,
                skill("invoice", "Explain invoice", "Explains", "money"),
                skill("refund", "Refund", ""));
    }

    private AgentSnapshot packed(AgentSnapshot plain) {
        return packing.packed(plain, plain.getRegistration());
    }

    @Test
    void saysTheSameAsTheCardItWasMadeOf() {
        AgentSnapshot plain = card("x".repeat(100_000));

        AgentSnapshot packed = packed(AgentSnapshot.newBuilder(plain).build());

        assertThat(packed.getRegistration()).isInstanceOf(PackedRegistration.class);
        assertThat(packed).hasToString(plain.toString());
        assertThat(packed.getRegistration().getSkills())
                .isEqualTo(plain.getRegistration().getSkills());
        assertThat(packed.getRegistration().getName())
                .isEqualTo(plain.getRegistration().getName());
        assertThat(packing.agent(packed)).isEqualTo(AGENT);
    }

    @Test
    void keepsTheOldOneWhenOnlyTheLoadChanged() {
        AgentSnapshot first = packed(card("one"));

        AgentSnapshot second = packing.packed(card("one"), first.getRegistration());
        AgentSnapshot third = packing.packed(card("other"), first.getRegistration());

        assertThat(second.getRegistration()).isSameAs(first.getRegistration());
        assertThat(third.getRegistration()).isNotEqualTo(first.getRegistration());
    }

    @Test
    void aCopyOfTheSnapshotHoldsEverything() {
        AgentSnapshot packed = packed(card("one"));

        AgentSnapshot copy = AgentSnapshot.newBuilder(packed).setInFlight(3).build();

        assertThat(copy.getRegistration())
                .hasToString(card("one").getRegistration().toString());
    }

    @Test
    void aCopyThatWouldLackTextsIsNotBuilt() {
        AgentRegistration packed = packed(card("one")).getRegistration();

        assertThatThrownBy(() -> AgentRegistration.newBuilder(packed).build()).isInstanceOf(AvroRuntimeException.class);
    }

    @Test
    void aSkillIsFoundWithoutItsTexts() {
        AgentRegistration packed = packed(card("one")).getRegistration();

        assertThat(SkillLookup.find(packed, "refund")).isPresent();
        assertThat(SkillLookup.find(packed, "REFUND")).isEmpty();
        assertThat(SkillLookup.only(packed)).isEmpty();
        assertThat(SkillLookup.find(card("one").getRegistration(), "invoice")).isPresent();
    }
}
