package org.dmsc.router.decide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsc.router.testing.Make.NOW;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.dmsc.router.testing.Make;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.AgentHealth;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.AttemptOutcome;
import org.dmsc.schemas.avro.AttemptRecord;
import org.dmsc.schemas.avro.SkillRecord;
import org.dmsc.schemas.avro.TaskSubmission;
import org.junit.jupiter.api.Test;

class AgentSelectorTest {

    private final AgentSelector selector = new AgentSelector(SelectionPolicy.DEFAULT);
    private final Random random = new Random(7);

    private static AgentSnapshot.Builder agent(String name) {
        return Make.agent("acme", name, Make.skill("billing"));
    }

    /** Its skill does no harm when it is done twice. */
    private static AgentSnapshot.Builder repeatable(String name) {
        return Make.agent(
                "acme",
                name,
                SkillRecord.newBuilder(Make.skill("billing"))
                        .setIdempotent(true)
                        .build());
    }

    private static TaskSubmission.Builder task() {
        return Make.submission("acme", "t1").setSkill("billing");
    }

    private Decision decide(TaskSubmission task, List<AttemptRecord> attempts, Candidate... candidates) {
        return selector.decide(new Question(task, attempts, 8, NOW + 10_000), List.of(candidates), random);
    }

    private Decision decide(Candidate... candidates) {
        return decide(task().build(), List.of(), candidates);
    }

    private static String chosen(Decision decision) {
        assertThat(decision).isInstanceOf(Decision.Assign.class);
        return ((Decision.Assign) decision).choice().agent().agent().value();
    }

    private static Refusal refused(Decision decision) {
        assertThat(decision).isInstanceOf(Decision.Refuse.class);
        return ((Decision.Refuse) decision).cause();
    }

    private static Decision.Defer deferred(Decision decision) {
        assertThat(decision).isInstanceOf(Decision.Defer.class);
        return (Decision.Defer) decision;
    }

    private static Verdict verdictOn(String agent, Decision decision) {
        return decision.considered().stream()
                .filter(c -> c.candidate().agent().agent().value().equals(agent))
                .findFirst()
                .orElseThrow()
                .verdict();
    }

    @Test
    void prefersTheMoreRelevantHoweverBusyItIs() {
        Candidate good = Make.candidate(agent("good").build(), 10, 3);
        Candidate idle = Make.candidate(agent("idle").build(), 2, 0);

        Decision decision = decide(good, idle);

        assertThat(chosen(decision)).isEqualTo("good");
    }

    @Test
    void prefersTheLessLoadedOfTwoThatFitAboutEquallyWell() {
        Candidate busy = Make.candidate(agent("busy").build(), 10, 3);
        Candidate idle = Make.candidate(agent("idle").build(), 9, 0);

        Decision decision = decide(busy, idle);

        assertThat(chosen(decision)).isEqualTo("idle");
        assertThat(((Decision.Assign) decision).reasons()).anyMatch(reason -> reason.contains("load"));
        assertThat(verdictOn("busy", decision)).isEqualTo(Verdict.FITS);
        assertThat(verdictOn("idle", decision)).isEqualTo(Verdict.CHOSEN);
    }

    @Test
    void countsQueueProcessorLatencyAndErrorsAsLoad() {
        AgentSnapshot calm = agent("calm").build();

        assertThat(List.of(
                        agent("queue").setQueueDepth(2).build(),
                        agent("cpu").setCpu(0.9).build(),
                        agent("slow").setLatencyMs(5_000).build(),
                        agent("errors").setErrorRate(0.5).build(),
                        agent("degraded").setHealth(AgentHealth.DEGRADED).build()))
                .allSatisfy(loaded -> assertThat(chosen(decide(Make.candidate(loaded, 1), Make.candidate(calm, 1))))
                        .isEqualTo("calm"));
    }

    @Test
    void leavesOutWhoIsNotUp() {
        for (AgentHealth health :
                List.of(AgentHealth.DOWN, AgentHealth.JOINING, AgentHealth.SUSPECT, AgentHealth.DRAINING)) {
            Decision decision =
                    decide(Make.candidate(agent("a").setHealth(health).build(), 1));

            assertThat(deferred(decision).cause()).isEqualTo(Refusal.NO_CANDIDATE_UP);
        }
    }

    @Test
    void leavesOutAnOpenBreakerAndTriesAHalfOpenOneWithOneTask() {
        AgentSnapshot open = agent("a").setBreakers(Map.of("billing", "OPEN")).build();
        AgentSnapshot half =
                agent("a").setBreakers(Map.of("billing", "HALF_OPEN")).build();
        AgentSnapshot other = agent("a").setBreakers(Map.of("painting", "OPEN")).build();

        assertThat(verdictOn("a", decide(Make.candidate(open, 1)))).isEqualTo(Verdict.BREAKER_OPEN);
        assertThat(chosen(decide(Make.candidate(half, 1, 0)))).isEqualTo("a");
        assertThat(verdictOn("a", decide(Make.candidate(half, 1, 1)))).isEqualTo(Verdict.BREAKER_OPEN);
        assertThat(chosen(decide(Make.candidate(other, 1)))).isEqualTo("a");
    }

    @Test
    void waitsWhenEverybodyIsBusy() {
        Decision decision = decide(Make.candidate(agent("a").build(), 1, 4));

        assertThat(deferred(decision).cause()).isEqualTo(Refusal.OVERLOADED);
        assertThat(deferred(decision).until()).isGreaterThan(NOW + 10_000);
    }

    @Test
    void refusesWhatNobodyOffers() {
        assertThat(refused(decide())).isEqualTo(Refusal.NO_CANDIDATE);
        assertThat(refused(decide(task().setTargetAgent("a").build(), List.of())))
                .isEqualTo(Refusal.AGENT_UNKNOWN);
    }

    @Test
    void answersForAnAgentWithoutAGrantAsForOneThatDoesNotExist() {
        Candidate hidden =
                new Candidate(agent("a").build(), java.util.Optional.empty(), 1, List.of(), Make.noGrant(), 0);

        assertThat(refused(decide(hidden))).isEqualTo(Refusal.NO_CANDIDATE);
    }

    @Test
    void neverGivesATaskToAnAgentThatDelegatedIt() {
        Candidate caller = Make.candidate(agent("caller").build(), 1);
        Candidate above = Make.candidate(agent("above").build(), 1);
        TaskSubmission task = task().setAncestors(List.of("acme/above")).build();

        assertThat(refused(decide(task, List.of(), caller, above))).isEqualTo(Refusal.LOOP);
    }

    @Test
    void refusesBeyondHopLimitDeadlineAndAttempts() {
        Candidate fits = Make.candidate(agent("a").build(), 1);
        AttemptRecord lost = Make.attempt(1, "acme", "b", AttemptOutcome.LOST);

        assertThat(refused(decide(task().setHops(9).build(), List.of(), fits))).isEqualTo(Refusal.HOP_LIMIT);
        assertThat(refused(decide(task().setDeadline(NOW).build(), List.of(), fits)))
                .isEqualTo(Refusal.DEADLINE_EXCEEDED);
        assertThat(refused(decide(task().setMaxAttempts(1).build(), List.of(lost), fits)))
                .isEqualTo(Refusal.AGENT_LOST);
    }

    @Test
    void triesAnotherAgentBeforeTheSameAgain() {
        AttemptRecord lost = Make.attempt(1, "acme", "a", AttemptOutcome.LOST);

        Decision decision = decide(
                task().build(),
                List.of(lost),
                Make.candidate(agent("a").build(), 10),
                Make.candidate(agent("b").build(), 1));

        assertThat(chosen(decision)).isEqualTo("b");
    }

    @Test
    void doesNotAskAgainWhoMayHaveDoneItUnlessThatDoesNoHarm() {
        for (AttemptOutcome unsure : List.of(AttemptOutcome.LOST, AttemptOutcome.TIMED_OUT)) {
            Decision decision = decide(
                    task().build(),
                    List.of(Make.attempt(1, "acme", "a", unsure)),
                    Make.candidate(agent("a").build(), 1));

            assertThat(decision).isInstanceOf(Decision.Refuse.class);
            assertThat(((Decision.Refuse) decision).considered().get(0).verdict())
                    .isEqualTo(Verdict.UNCERTAIN_BEFORE);
        }
    }

    @Test
    void asksTheOnlyAgentAgainThatWasNeverReached() {
        Decision decision = decide(
                task().build(),
                List.of(Make.attempt(1, "acme", "a", AttemptOutcome.UNDELIVERED)),
                Make.candidate(agent("a").build(), 1));

        assertThat(chosen(decision)).isEqualTo("a");
    }

    @Test
    void triesTheOnlyAgentAgainAfterABackoff() {
        Candidate only = Make.candidate(repeatable("a").build(), 1);
        AttemptRecord lost = Make.attempt(1, "acme", "a", AttemptOutcome.LOST);
        Question soon = new Question(task().build(), List.of(lost), 8, NOW + 1);

        Decision.Defer wait = deferred(selector.decide(soon, List.of(only), random));

        assertThat(wait.until()).isBetween(NOW + 100, NOW + 125);
        assertThat(chosen(decide(task().build(), List.of(lost), only))).isEqualTo("a");
    }

    @Test
    void doesNotTakeTheLastOneTwiceInARowWhenAnotherWasTriedEarlier() {
        AttemptRecord first = Make.attempt(1, "acme", "a", AttemptOutcome.TIMED_OUT);
        AttemptRecord second = Make.attempt(2, "acme", "b", AttemptOutcome.TIMED_OUT);

        Decision decision = decide(
                task().build(),
                List.of(first, second),
                Make.candidate(repeatable("a").build(), 1),
                Make.candidate(repeatable("b").build(), 10));

        assertThat(chosen(decision)).isEqualTo("a");
    }

    @Test
    void doesNotAskAgainWhoSaidNo() {
        for (AttemptOutcome no : List.of(AttemptOutcome.FAILED, AttemptOutcome.REJECTED, AttemptOutcome.CANCELED)) {
            Decision decision = decide(
                    task().build(),
                    List.of(Make.attempt(1, "acme", "a", no)),
                    Make.candidate(agent("a").build(), 1));

            assertThat(refused(decision)).isEqualTo(Refusal.AGENT_FAILED);
        }
    }

    @Test
    void saysThatAllWereTriedWhenSeveralFailed() {
        List<AttemptRecord> attempts = List.of(
                Make.attempt(1, "acme", "a", AttemptOutcome.FAILED),
                Make.attempt(2, "acme", "b", AttemptOutcome.FAILED));

        Decision decision = decide(
                task().build(),
                attempts,
                Make.candidate(agent("a").build(), 1),
                Make.candidate(agent("b").build(), 1));

        assertThat(refused(decision)).isEqualTo(Refusal.ALL_TRIED);
    }
}
