package org.dmsc.router.decide;

import static org.dmsc.router.testing.Make.NOW;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.longs;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.dmsc.router.testing.Make;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.avro.AgentHealth;
import org.dmsc.schemas.avro.AttemptOutcome;
import org.dmsc.schemas.avro.AttemptRecord;
import org.junit.jupiter.api.Test;

/** Laws that hold for every question; each case is made from a seed, which a failure prints. */
class DecisionLawsTest {

    private final AgentSelector selector = new AgentSelector(SelectionPolicy.DEFAULT);

    private record Case(Question question, List<Candidate> candidates, Random random) {}

    private static Case of(long seed) {
        Random random = new Random(seed);
        List<Candidate> candidates = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            candidates.add(candidate("a" + i, random));
        }
        List<AttemptRecord> attempts = new ArrayList<>();
        for (int i = 1; i <= random.nextInt(4); i++) {
            AttemptOutcome outcome = AttemptOutcome.values()[random.nextInt(AttemptOutcome.values().length)];
            attempts.add(Make.attempt(i, "acme", "a" + (1 + random.nextInt(5)), outcome));
        }
        Question question = new Question(
                Make.submission("acme", "t" + seed)
                        .setHops(random.nextInt(4))
                        .setAncestors(random.nextBoolean() ? List.of("acme/a1") : List.of())
                        .setMaxAttempts(1 + random.nextInt(5))
                        .build(),
                attempts,
                2,
                NOW + random.nextInt(400_000));
        return new Case(question, candidates, random);
    }

    private static Candidate candidate(String name, Random random) {
        Map<String, String> breakers =
                random.nextInt(4) == 0 ? Map.of("s", random.nextBoolean() ? "OPEN" : "HALF_OPEN") : Map.of();
        var snapshot = Make.agent("acme", name, Make.skill("s"))
                .setHealth(AgentHealth.values()[random.nextInt(AgentHealth.values().length)])
                .setBreakers(breakers)
                .setCpu(random.nextDouble())
                .build();
        return new Candidate(
                snapshot,
                Optional.of(snapshot.getRegistration().getSkills().get(0)),
                random.nextDouble() * 10,
                List.of("why"),
                random.nextInt(5) > 0 ? Permission.FREE : Make.noGrant(),
                random.nextInt(6));
    }

    @Test
    void whoeverIsChosenMayDoIt() {
        qt().forAll(longs().all()).check(seed -> {
            Case c = of(seed);
            Decision decision = selector.decide(c.question(), c.candidates(), c.random());
            return !(decision instanceof Decision.Assign assign) || mayDoIt(assign.choice(), c.question());
        });
    }

    private static boolean mayDoIt(Candidate choice, Question question) {
        AgentHealth health = choice.snapshot().getHealth();
        Set<AgentRef> failed = question.failed();
        return choice.permission().denied().isEmpty()
                && (health == AgentHealth.UP || health == AgentHealth.DEGRADED)
                && choice.inFlight() < choice.capacity()
                && !"OPEN".equals(choice.snapshot().getBreakers().get("s"))
                && !question.isAncestor(choice.agent())
                && !question.submission().getAncestors().contains(choice.agent().toString())
                && !failed.contains(choice.agent())
                && question.now() < question.submission().getDeadline()
                && question.attempts().size() < question.submission().getMaxAttempts()
                && question.submission().getHops() <= question.maxHops();
    }

    @Test
    void theSameQuestionHasTheSameAnswer() {
        qt().forAll(longs().all()).check(seed -> {
            Case one = of(seed);
            Case two = of(seed);
            return selector.decide(one.question(), one.candidates(), one.random())
                    .toString()
                    .equals(selector.decide(two.question(), two.candidates(), two.random())
                            .toString());
        });
    }

    @Test
    void nobodyMuchLessRelevantIsChosenWhileABetterOneIsFree() {
        qt().forAll(longs().all()).check(seed -> {
            Case c = of(seed);
            Decision decision = selector.decide(c.question(), c.candidates(), c.random());
            if (!(decision instanceof Decision.Assign assign)) {
                return true;
            }
            Set<AgentRef> tried = c.question().tried();
            boolean fresh = !tried.contains(assign.choice().agent());
            double best = decision.considered().stream()
                    .filter(x -> x.verdict() == Verdict.FITS || x.verdict() == Verdict.CHOSEN)
                    .filter(x -> !tried.contains(x.candidate().agent()))
                    .mapToDouble(x -> x.candidate().relevance())
                    .max()
                    .orElse(0);
            return !fresh || assign.choice().relevance() >= best * 0.75 - 1e-9;
        });
    }

    @Test
    void waitingEndsAndLiesInTheFuture() {
        qt().forAll(longs().all()).check(seed -> {
            Case c = of(seed);
            Decision decision = selector.decide(c.question(), c.candidates(), c.random());
            return !(decision instanceof Decision.Defer defer)
                    || defer.until() > c.question().now()
                            && defer.until() < c.question().now() + 10_000;
        });
    }

    @Test
    void everyCandidateGetsAVerdict() {
        qt().forAll(longs().all()).check(seed -> {
            Case c = of(seed);
            Decision decision = selector.decide(c.question(), c.candidates(), c.random());
            return decision.considered().size() == c.candidates().size();
        });
    }
}
