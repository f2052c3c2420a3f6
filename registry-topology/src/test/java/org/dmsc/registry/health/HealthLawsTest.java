package org.dmsc.registry.health;

import static org.dmsc.registry.testing.Reports.NOW;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.longs;

import java.util.HashSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.dmsc.registry.testing.Reports;
import org.dmsc.schemas.avro.AgentChannel;
import org.dmsc.schemas.avro.AgentHealth;
import org.dmsc.schemas.avro.AgentReport;
import org.dmsc.schemas.avro.AgentReportKind;
import org.dmsc.schemas.avro.AgentState;
import org.dmsc.schemas.avro.AttemptOutcome;
import org.junit.jupiter.api.Test;

/** Laws that hold after any history of reports; a failure prints the seed of the history. */
class HealthLawsTest {

    private final HealthRule rule = new HealthRule(HealthPolicy.DEFAULT);
    private final HealthAssessment assessment = new HealthAssessment(HealthPolicy.DEFAULT);

    private record Seen(AgentState state, Set<String> open, long now) {}

    private boolean always(long seed, Predicate<Seen> law) {
        Random random = new Random(seed);
        Optional<AgentState> state = rule.apply(Optional.empty(), Reports.registered(channel(random)), 0, NOW);
        Set<String> open = new HashSet<>();
        OpenAttempts attempts = new OpenAttempts();
        String agent = state.orElseThrow().getSnapshot().getAgent();
        long now = NOW;
        for (int i = 0; i < 60; i++) {
            now += random.nextInt(20_000);
            long moment = now;
            AgentReport report = report(random, open);
            OpenAttempts.Change unused = attempts.take(agent, report, now);
            state = rule.apply(state, report, attempts.of(agent), now)
                    .map(next -> assessment.assess(next, (gateway, epoch, at) -> Leases.Standing.HELD, moment));
            if (state.isEmpty() || !law.test(new Seen(state.get(), open, now))) {
                return false;
            }
        }
        return true;
    }

    private static AgentChannel channel(Random random) {
        return AgentChannel.values()[random.nextInt(AgentChannel.values().length)];
    }

    private static AgentReport report(Random random, Set<String> open) {
        String task = "t" + random.nextInt(5);
        switch (random.nextInt(6)) {
            case 0:
                return Reports.present(Reports.HERE);
            case 1:
                return Reports.absent(Reports.HERE);
            case 2:
                return Reports.heartbeat(random.nextDouble() * 3 - 1, random.nextInt(5) - 1);
            case 3:
                open.add(task);
                return Reports.assigned(task);
            case 4:
                open.remove(task);
                return Reports.outcome(
                        task,
                        AttemptOutcome.values()[random.nextInt(AttemptOutcome.values().length)],
                        random.nextInt(900));
            default:
                return Reports.report(AgentReportKind.PROBED)
                        .setOutcome(random.nextBoolean() ? AttemptOutcome.COMPLETED : AttemptOutcome.LOST)
                        .build();
        }
    }

    @Test
    void inFlightIsTheNumberOfOpenAttempts() {
        qt().withExamples(200)
                .forAll(longs().all())
                .check(seed -> always(
                        seed,
                        seen -> seen.state().getSnapshot().getInFlight()
                                == seen.open().size()));
    }

    @Test
    void ratesAndLoadsStayInTheirBounds() {
        qt().withExamples(200)
                .forAll(longs().all())
                .check(seed -> always(seed, seen -> {
                    var snapshot = seen.state().getSnapshot();
                    return snapshot.getErrorRate() >= 0
                            && snapshot.getErrorRate() <= 1
                            && snapshot.getCpu() >= 0
                            && snapshot.getCpu() <= 1
                            && snapshot.getQueueDepth() >= 0
                            && snapshot.getLatencyMs() >= 0;
                }));
    }

    @Test
    void anAgentWithAnOpenBreakerIsNeverUpAndItsBreakerWillBeTried() {
        qt().withExamples(200)
                .forAll(longs().all())
                .check(seed -> always(seed, seen -> {
                    boolean open = seen.state().getSnapshot().getBreakers().containsValue("OPEN");
                    boolean willBeTried = assessment.nextLook(seen.state(), seen.now()) < Long.MAX_VALUE;
                    return !open || willBeTried && seen.state().getSnapshot().getHealth() != AgentHealth.UP;
                }));
    }

    @Test
    void lookingTwiceAtOneMomentChangesNothing() {
        qt().withExamples(200)
                .forAll(longs().all())
                .check(seed -> always(
                        seed,
                        seen -> assessment
                                .assess(seen.state(), (gateway, epoch, at) -> Leases.Standing.HELD, seen.now())
                                .equals(seen.state())));
    }
}
