package org.dmsc.bench.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.dmsc.bench.simulate.Simulation.Outcome;
import org.dmsc.schemas.avro.AgentHealth;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.junit.jupiter.api.Test;

class SimulationTest {

    private static final Scenario WILD = Scenario.wild(60, 600);

    private static Outcome run(Scenario scenario, long seed, UnaryOperator<AgentSnapshot> seen) {
        return new Simulation(scenario, Strategies.DMSC, seed, seen).run();
    }

    private static Outcome run(Scenario scenario, long seed) {
        return run(scenario, seed, UnaryOperator.identity());
    }

    /** What the router then does wrong with the same seeds. */
    private static String wrongs(UnaryOperator<AgentSnapshot> seen) {
        StringBuilder all = new StringBuilder();
        LongStream.rangeClosed(1, 3)
                .forEach(seed -> run(WILD, seed, seen).told().forEach(all::append));
        return all.toString();
    }

    @Test
    void nothingIsViolatedWhateverAgentsDo() {
        LongStream.rangeClosed(1, 4).forEach(seed -> {
            Outcome outcome = run(WILD, seed);

            assertThat(outcome.told()).as("seed %d", seed).isEmpty();
            assertThat(outcome.figure("completed") + outcome.figure("failed"))
                    .as("seed %d", seed)
                    .isEqualTo(WILD.tasks());
            assertThat(outcome.figure("completed")).as("seed %d", seed).isGreaterThan(0.9 * WILD.tasks());
        });
    }

    @Test
    void theSameSeedGivesTheSameRun() {
        assertThat(run(WILD, 5)).isEqualTo(run(WILD, 5));
        assertThat(run(WILD, 5)).isNotEqualTo(run(WILD, 6));
    }

    @Test
    void equalAgentsGetAboutTheSame() {
        LongStream.rangeClosed(1, 2).forEach(seed -> {
            Outcome outcome = run(Scenario.steady(10_000), seed);

            assertThat(outcome.figure("busiest_to_mean")).as("seed %d", seed).isLessThan(1.3);
            assertThat(outcome.told()).isEmpty();
        });
    }

    @Test
    void aFiveTimesSlowerAgentGetsLessThanAThirdAndIsNotForgotten() {
        LongStream.rangeClosed(1, 2).forEach(seed -> {
            Outcome outcome = run(Scenario.slow(10_000), seed);

            assertThat(outcome.figure("first_to_others")).as("seed %d", seed).isBetween(0.005, 0.333);
        });
    }

    @Test
    void aRouterThatIgnoresDrainingIsCaught() {
        String wrongs = wrongs(snapshot -> snapshot.getHealth() == AgentHealth.DRAINING
                ? AgentSnapshot.newBuilder(snapshot).setHealth(AgentHealth.UP).build()
                : snapshot);

        assertThat(wrongs).contains("no forbidden one: is DRAINING");
    }

    @Test
    void aRouterThatIgnoresBreakersIsCaught() {
        String wrongs = wrongs(snapshot ->
                AgentSnapshot.newBuilder(snapshot).setBreakers(Map.of()).build());

        assertThat(wrongs).contains("no forbidden one: breaker is OPEN");
    }

    @Test
    void aRouterThatBelievesInBoundlessCapacityIsCaught() {
        String wrongs = wrongs(snapshot -> AgentSnapshot.newBuilder(snapshot)
                .setRegistration(AgentRegistration.newBuilder(snapshot.getRegistration())
                        .setCapacity(1_000)
                        .build())
                .build());

        assertThat(wrongs).contains("no forbidden one: has no place");
    }

    @Test
    void aRouterThatSeesNobodyLetsTasksStarveAndIsCaught() {
        String wrongs = wrongs(snapshot ->
                AgentSnapshot.newBuilder(snapshot).setHealth(AgentHealth.DOWN).build());

        assertThat(wrongs).contains("no starvation");
    }
}
