package org.dmsc.bridge.core.deliver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dmsc.bridge.core.Certainty;
import org.dmsc.bridge.core.deliver.Situation.Service;
import org.dmsc.bridge.core.lanes.LaneRecord.Past;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.AgentChannel;
import org.dmsc.schemas.avro.AgentHealth;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.schemas.avro.DeliveryKind;
import org.dmsc.schemas.avro.Presence;
import org.junit.jupiter.api.Test;

final class DeliveryRuleTest {

    private static final long NOW = 1_000_000;
    private static final Set<Integer> OWN = Set.of(0, 1);

    @Test
    void deliversToAnAgentThatIsReachedFromHere() {
        Verdict verdict =
                DeliveryRule.decide(situation(delivery(), Past.FRESH, agent(Optional.empty()), Service.HERE, 0));

        assertThat(verdict).isInstanceOf(Verdict.Deliver.class);
    }

    @Test
    void tellsNobodyOfACanary() {
        Delivery canary =
                Delivery.newBuilder(delivery()).setKind(DeliveryKind.CANARY).build();

        assertThat(DeliveryRule.decide(situation(canary, Past.FRESH, agent(Optional.empty()), Service.HERE, 0)))
                .isInstanceOf(Verdict.Drop.class);
    }

    @Test
    void neverHandsOutAgainWhatMayHaveBeenDeliveredUnlessThatDoesNoHarm() {
        Delivery harmless = Delivery.newBuilder(delivery()).setIdempotent(true).build();

        Verdict harmful =
                DeliveryRule.decide(situation(delivery(), Past.UNCERTAIN, agent(Optional.empty()), Service.HERE, 0));

        assertThat(harmful).isInstanceOfSatisfying(Verdict.Refuse.class, refused -> {
            assertThat(refused.refusal()).isEqualTo(Refusal.UNCERTAIN);
            assertThat(refused.certainty()).isEqualTo(Certainty.UNCERTAIN);
        });
        assertThat(DeliveryRule.decide(situation(harmless, Past.UNCERTAIN, agent(Optional.empty()), Service.HERE, 0)))
                .isInstanceOf(Verdict.Deliver.class);
    }

    @Test
    void refusesWhatIsTooLateButLetsACancelThrough() {
        Delivery late = Delivery.newBuilder(delivery()).setAttemptDeadline(NOW).build();
        Delivery cancel = Delivery.newBuilder(late).setKind(DeliveryKind.CANCEL).build();

        assertThat(DeliveryRule.decide(situation(late, Past.FRESH, agent(Optional.empty()), Service.HERE, 0)))
                .isInstanceOfSatisfying(
                        Verdict.Refuse.class,
                        refused -> assertThat(refused.refusal()).isEqualTo(Refusal.ATTEMPT_TIMED_OUT));
        assertThat(DeliveryRule.decide(situation(cancel, Past.UNCERTAIN, agent(Optional.empty()), Service.HERE, 0)))
                .isInstanceOf(Verdict.Cancel.class);
    }

    @Test
    void putsBackAtMostThreeTimesAndOnlyOntoAnotherGatewaysLane() {
        qt().forAll(
                        integers().between(0, 6),
                        integers().between(0, 3),
                        integers().between(0, 10_000))
                .checkAssert((redirects, lane, waited) -> {
                    Delivery delivery = Delivery.newBuilder(delivery())
                            .setRedirects(redirects)
                            .build();
                    Presence presence = new Presence("other", 1L, lane);

                    Verdict verdict = DeliveryRule.decide(
                            situation(delivery, Past.FRESH, agent(Optional.of(presence)), Service.NOT_HERE, waited));

                    boolean foreign = !OWN.contains(lane);
                    if (foreign && redirects < 3) {
                        assertThat(verdict).isEqualTo(new Verdict.PutBack(lane));
                    } else if (waited < 3_000) {
                        assertThat(verdict).isInstanceOf(Verdict.Wait.class);
                    } else {
                        assertThat(verdict)
                                .isInstanceOfSatisfying(
                                        Verdict.Refuse.class,
                                        refused -> assertThat(refused.refusal()).isEqualTo(Refusal.UNDELIVERABLE));
                    }
                });
    }

    @Test
    void everySituationEndsWithinThePatience() {
        qt().forAll(
                        integers().between(3_000, 20_000),
                        integers().between(0, 1),
                        integers().between(0, 1))
                .checkAssert((waited, here, past) -> {
                    Verdict verdict = DeliveryRule.decide(situation(
                            delivery(),
                            past == 0 ? Past.FRESH : Past.UNCERTAIN,
                            Optional.empty(),
                            here == 0 ? Service.HERE : Service.NOT_HERE,
                            waited));

                    assertThat(verdict).isNotInstanceOf(Verdict.Wait.class);
                });
    }

    private static Situation situation(
            Delivery delivery, Past past, Optional<AgentSnapshot> agent, Service service, long waited) {
        return new Situation(delivery, past, agent, service, OWN, NOW, waited);
    }

    static Delivery delivery() {
        return Delivery.newBuilder()
                .setDeliveryId("task.1")
                .setKind(DeliveryKind.TASK)
                .setTaskId("task")
                .setContextId("context")
                .setMessageId("message")
                .setAttempt(1)
                .setCallerTenant("acme")
                .setCallerAgent("caller")
                .setAssigneeTenant("acme")
                .setAssigneeAgent("worker")
                .setDeadline(NOW + 60_000)
                .setAttemptDeadline(NOW + 30_000)
                .setHops(0)
                .setAncestors(List.of())
                .setRootTaskId("task")
                .setTime(NOW)
                .build();
    }

    private static Optional<AgentSnapshot> agent(Optional<Presence> presence) {
        return Optional.of(AgentSnapshot.newBuilder()
                .setTenant("acme")
                .setAgent("worker")
                .setRevision(1)
                .setRegistration(AgentRegistration.newBuilder()
                        .setCardJson("{}")
                        .setName("worker")
                        .setDescription("")
                        .setChannel(AgentChannel.A2A_HTTP)
                        .setSkills(List.of())
                        .build())
                .setHealth(AgentHealth.UP)
                .setPresence(presence.orElse(null))
                .setRegisteredAt(0)
                .setLastSeenAt(0)
                .setUpdatedAt(0)
                .build());
    }
}
