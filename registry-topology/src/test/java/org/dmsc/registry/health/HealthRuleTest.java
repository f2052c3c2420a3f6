package org.dmsc.registry.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsc.registry.testing.Reports.HERE;
import static org.dmsc.registry.testing.Reports.NOW;

import java.util.List;
import java.util.Optional;
import org.dmsc.registry.testing.Reports;
import org.dmsc.schemas.avro.AgentChannel;
import org.dmsc.schemas.avro.AgentHealth;
import org.dmsc.schemas.avro.AgentReport;
import org.dmsc.schemas.avro.AgentReportKind;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.AgentState;
import org.dmsc.schemas.avro.AttemptOutcome;
import org.dmsc.schemas.avro.Presence;
import org.junit.jupiter.api.Test;

class HealthRuleTest {

    private final HealthRule rule = new HealthRule(HealthPolicy.DEFAULT);
    private final HealthAssessment assessment = new HealthAssessment(HealthPolicy.DEFAULT);
    private Leases.Standing lease = Leases.Standing.HELD;
    private final OpenAttempts attempts = new OpenAttempts();
    private Optional<AgentState> state = Optional.empty();

    private AgentSnapshot tell(AgentReport report, long now) {
        String agent = report.getTenant() + "/" + report.getAgent();
        OpenAttempts.Change unused = attempts.take(agent, report, now);
        state = rule.apply(state, report, attempts.of(agent), now)
                .map(next -> assessment.assess(next, this::lease, now));
        return state.map(AgentState::getSnapshot).orElseThrow();
    }

    private Leases.Standing lease(String gateway, long epoch, long now) {
        return lease;
    }

    private AgentSnapshot at(long now) {
        state = state.map(next -> assessment.assess(next, this::lease, now));
        return state.orElseThrow().getSnapshot();
    }

    @Test
    void countsAnAgentThatIsCalledAsUpFromItsRegistration() {
        assertThat(tell(Reports.registered(AgentChannel.A2A_HTTP), NOW).getHealth())
                .isEqualTo(AgentHealth.UP);
    }

    @Test
    void waitsForTheConnectionOfAnAgentThatConnects() {
        assertThat(tell(Reports.registered(AgentChannel.MQTT5), NOW).getHealth())
                .isEqualTo(AgentHealth.JOINING);
        assertThat(tell(Reports.present(HERE), NOW + 1).getHealth()).isEqualTo(AgentHealth.UP);
    }

    @Test
    void isDownAtOnceWhenReportedAbsentAndUpWhenItIsBack() {
        tell(Reports.registered(AgentChannel.MQTT5), NOW);
        tell(Reports.present(HERE), NOW);

        AgentSnapshot gone = tell(Reports.absent(HERE), NOW + 1);

        assertThat(gone.getHealth()).isEqualTo(AgentHealth.DOWN);
        assertThat(gone.getHealthReason()).isEqualTo("last will");
        assertThat(gone.getPresence()).isNull();
        assertThat(tell(Reports.present(HERE), NOW + 2).getHealth()).isEqualTo(AgentHealth.UP);
    }

    @Test
    void ignoresLateNewsOfAnEarlierConnection() {
        tell(Reports.registered(AgentChannel.MQTT5), NOW);
        tell(Reports.present(new Presence("gw-2", 9L, 1)), NOW);

        assertThat(tell(Reports.absent(HERE), NOW + 1).getHealth()).isEqualTo(AgentHealth.UP);
    }

    @Test
    void isDownWhenTheLeaseOfItsGatewayEnds() {
        tell(Reports.registered(AgentChannel.MQTT5), NOW);
        tell(Reports.present(HERE), NOW);

        lease = Leases.Standing.ENDED;

        assertThat(at(NOW + 1_000).getHealth()).isEqualTo(AgentHealth.DOWN);
    }

    @Test
    void givesAGatewayThatIsNotKnownYetAMoment() {
        lease = Leases.Standing.UNKNOWN;
        tell(Reports.registered(AgentChannel.MQTT5), NOW);
        tell(Reports.present(HERE), NOW);

        assertThat(at(NOW + 5_000).getHealth()).isEqualTo(AgentHealth.UP);
        assertThat(at(NOW + 6_000).getHealth()).isEqualTo(AgentHealth.DOWN);
    }

    @Test
    void suspectsAndThenGivesUpAnAgentThatMissesHeartbeats() {
        tell(Reports.registeredWithHeartbeat(1_000), NOW);
        assertThat(assessment.nextLook(state.orElseThrow(), NOW)).isEqualTo(NOW + 2_000);

        assertThat(at(NOW + 1_999).getHealth()).isEqualTo(AgentHealth.UP);
        assertThat(at(NOW + 2_000).getHealth()).isEqualTo(AgentHealth.SUSPECT);
        assertThat(assessment.nextLook(state.orElseThrow(), NOW + 2_000)).isEqualTo(NOW + 3_000);
        assertThat(at(NOW + 3_000).getHealth()).isEqualTo(AgentHealth.DOWN);
        AgentSnapshot back = tell(Reports.heartbeat(0.25, 3), NOW + 9_000);
        assertThat(back.getHealth()).isEqualTo(AgentHealth.UP);
        assertThat(back.getCpu()).isEqualTo(0.25);
        assertThat(back.getQueueDepth()).isEqualTo(3);
    }

    @Test
    void countsAnAttemptOnceHoweverOftenItIsReported() {
        tell(Reports.registered(AgentChannel.A2A_HTTP), NOW);
        tell(Reports.assigned("t1"), NOW);
        tell(Reports.assigned("t1"), NOW);
        assertThat(tell(Reports.assigned("t2"), NOW).getInFlight()).isEqualTo(2);

        tell(Reports.outcome("t1", AttemptOutcome.COMPLETED, 100), NOW);
        AgentSnapshot after = tell(Reports.outcome("t1", AttemptOutcome.COMPLETED, 100), NOW);

        assertThat(after.getInFlight()).isEqualTo(1);
        assertThat(after.getLatencyMs()).isEqualTo(100);
    }

    @Test
    void opensABreakerAfterFailuresInARowTriesAgainAndCloses() {
        tell(Reports.registered(AgentChannel.A2A_HTTP), NOW);
        tell(Reports.outcome("t1", AttemptOutcome.LOST, 0), NOW);
        assertThat(tell(Reports.outcome("t2", AttemptOutcome.UNDELIVERED, 0), NOW)
                        .getBreakers())
                .isEmpty();
        AgentSnapshot third = tell(Reports.outcome("t3", AttemptOutcome.TIMED_OUT, 0), NOW);
        assertThat(third.getBreakers()).containsEntry("billing", "OPEN");
        assertThat(third.getHealth()).isEqualTo(AgentHealth.DEGRADED);

        assertThat(at(NOW + 9_999).getBreakers()).containsEntry("billing", "OPEN");
        assertThat(at(NOW + 10_000).getBreakers()).containsEntry("billing", "HALF_OPEN");
        assertThat(tell(Reports.outcome("t4", AttemptOutcome.FAILED, 0), NOW + 10_000)
                        .getBreakers())
                .containsEntry("billing", "OPEN");
        assertThat(at(NOW + 29_999).getBreakers()).as("rests twice as long").containsEntry("billing", "OPEN");
        assertThat(at(NOW + 30_000).getBreakers()).containsEntry("billing", "HALF_OPEN");
        assertThat(tell(Reports.outcome("t5", AttemptOutcome.COMPLETED, 5), NOW + 30_001)
                        .getBreakers())
                .isEmpty();
    }

    @Test
    void doesNotHoldARefusalOrACancelAgainstAnAgent() {
        tell(Reports.registered(AgentChannel.A2A_HTTP), NOW);
        for (AttemptOutcome outcome : List.of(AttemptOutcome.REJECTED, AttemptOutcome.CANCELED)) {
            for (int i = 0; i < 5; i++) {
                tell(Reports.outcome("t" + i, outcome, 0), NOW);
            }
        }

        assertThat(at(NOW).getErrorRate()).isZero();
        assertThat(at(NOW).getBreakers()).isEmpty();
    }

    @Test
    void letsErrorsFadeSoThatAnAgentNobodyChoosesGetsAnotherChance() {
        tell(Reports.registered(AgentChannel.A2A_HTTP), NOW);
        tell(Reports.outcome("t1", AttemptOutcome.FAILED, 0), NOW + 1);
        assertThat(tell(Reports.outcome("t2", AttemptOutcome.FAILED, 0), NOW + 2)
                        .getHealth())
                .isEqualTo(AgentHealth.DEGRADED);

        assertThat(at(NOW + 31_000).getHealth()).isEqualTo(AgentHealth.UP);
        at(NOW + 62_000);
        at(NOW + 93_000);
        at(NOW + 124_000);
        at(NOW + 155_000);
        assertThat(at(NOW + 186_000).getErrorRate()).isZero();
        assertThat(assessment.nextLook(state.orElseThrow(), NOW + 186_000)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void drainsUntilItRegistersAgain() {
        tell(Reports.registered(AgentChannel.A2A_HTTP), NOW);
        tell(Reports.report(AgentReportKind.DRAINING).build(), NOW);
        assertThat(tell(Reports.heartbeat(0, 0), NOW).getHealth()).isEqualTo(AgentHealth.DRAINING);

        assertThat(tell(Reports.registered(AgentChannel.A2A_HTTP), NOW).getHealth())
                .isEqualTo(AgentHealth.UP);
    }

    @Test
    void takesNoNoteOfAnAgentThatIsNotRegistered() {
        for (AgentReport report : List.of(Reports.present(HERE), Reports.heartbeat(1, 1), Reports.assigned("t"))) {
            assertThat(rule.apply(Optional.empty(), report, 0, NOW)).isEmpty();
        }
    }

    @Test
    void forgetsAnAgentThatUnregisters() {
        tell(Reports.registered(AgentChannel.A2A_HTTP), NOW);

        assertThat(rule.apply(
                        state, Reports.report(AgentReportKind.UNREGISTERED).build(), 0, NOW))
                .isEmpty();
    }

    /** Case 111: an agent that connects and disconnects a hundred times a second is out after a few, and stays out until it is calm. */
    @Test
    void case_111_holdsDownWhoComesAndGoesUntilItStays() {
        tell(Reports.registered(AgentChannel.MQTT5), NOW);
        int ups = 0;
        long now = NOW;
        for (int i = 0; i < 200; i++) {
            now += 5;
            ups += tell(Reports.present(HERE), now).getHealth() == AgentHealth.UP ? 1 : 0;
            now += 5;
            tell(Reports.absent(HERE), now);
        }
        assertThat(ups).as("times it was let in").isLessThan(10);

        AgentSnapshot back = tell(Reports.present(HERE), now);
        assertThat(back.getHealth()).isEqualTo(AgentHealth.DOWN);
        assertThat(back.getHealthReason()).contains("too often");
        long free = assessment.nextLook(state.orElseThrow(), now);
        assertThat(free).as("the lease is not looked at while it is down").isBetween(now + 30_000, now + 60_000);
        assertThat(at(free - 1_000).getHealth()).isEqualTo(AgentHealth.DOWN);
        assertThat(at(free).getHealth()).isEqualTo(AgentHealth.UP);
        assertThat(tell(Reports.absent(HERE), free + 1).getHealth()).isEqualTo(AgentHealth.DOWN);
        assertThat(tell(Reports.present(HERE), free + 2).getHealth())
                .as("once is no flapping")
                .isEqualTo(AgentHealth.UP);
    }

    @Test
    void aDegradedAgentIsUpAgainOnlyWhenErrorsAreFew() {
        tell(Reports.registered(AgentChannel.A2A_HTTP), NOW);
        long now = NOW;
        AgentSnapshot is = tell(Reports.outcome("a", AttemptOutcome.FAILED, 1), ++now);
        is = tell(Reports.outcome("b", AttemptOutcome.FAILED, 1), ++now);
        assertThat(is.getHealth()).as("error rate %s", is.getErrorRate()).isEqualTo(AgentHealth.DEGRADED);

        AgentHealth before = is.getHealth();
        int changes = 0;
        for (int i = 0; i < 30; i++) {
            AttemptOutcome outcome = i % 3 == 0 ? AttemptOutcome.FAILED : AttemptOutcome.COMPLETED;
            is = tell(Reports.outcome("c" + i, outcome, 1), ++now);
            changes += is.getHealth() == before ? 0 : 1;
            before = is.getHealth();
        }
        assertThat(changes)
                .as("an error rate about the mark does not make it flicker")
                .isZero();
        for (int i = 0; i < 10; i++) {
            is = tell(Reports.outcome("d" + i, AttemptOutcome.COMPLETED, 1), ++now);
        }
        assertThat(is.getHealth()).isEqualTo(AgentHealth.UP);
    }
}
