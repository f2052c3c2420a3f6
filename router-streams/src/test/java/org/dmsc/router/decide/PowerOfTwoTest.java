package org.dmsc.router.decide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsc.router.testing.Make.NOW;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.longs;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.dmsc.router.testing.Make;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.avro.AgentHealth;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.Presence;
import org.junit.jupiter.api.Test;

class PowerOfTwoTest {

    private static final int ROUNDS = 2_000;
    private static final double[] ABSURD = {
        Double.NaN, -1, -0.1, 1.1, 1e308, -1e308, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY
    };

    private final PowerOfTwo pick = new PowerOfTwo();
    private final Random random = new Random(11);

    private static AgentSnapshot.Builder agent(String name) {
        return Make.agent("acme", name, Make.skill("s"));
    }

    private static AgentSnapshot.Builder agent(String name, double cost, String region) {
        AgentSnapshot.Builder agent = agent(name);
        return agent.setRegistration(AgentRegistration.newBuilder(agent.getRegistration())
                .setCost(cost)
                .setRegion(region)
                .build());
    }

    private static Question question(Surroundings surroundings) {
        return new Question(Make.submission("acme", "t").build(), List.of(), 8, surroundings, NOW);
    }

    private static Considered considered(AgentSnapshot.Builder agent, int inFlight) {
        Candidate candidate = Make.candidate(agent.build(), 1, inFlight);
        return new Considered(candidate, LoadScore.of(candidate), Verdict.FITS);
    }

    private Map<String, Integer> shares(Question question, Considered... close) {
        Map<String, Integer> shares = new TreeMap<>();
        for (Considered one : close) {
            shares.put(one.candidate().agent().agent().value(), 0);
        }
        for (int i = 0; i < ROUNDS; i++) {
            Candidate chosen = pick.among(question, List.of(close), random).candidate();
            shares.merge(chosen.agent().agent().value(), 1, Integer::sum);
        }
        return shares;
    }

    private Map<String, Integer> shares(Considered... close) {
        return shares(question(Surroundings.UNKNOWN), close);
    }

    @Test
    void whoCannotBeToldApartGetsTheSame() {
        Map<String, Integer> shares = shares(considered(agent("a"), 1), considered(agent("b"), 1));

        assertThat(shares.get("a")).isBetween(ROUNDS * 4 / 10, ROUNDS * 6 / 10);
    }

    @Test
    void theSlowerTheDearerTheFartherTheColderGetsLess() {
        Considered plain = considered(agent("plain", 1, "eu").setLatencyMs(100), 1);
        Question near = question(new Surroundings(Optional.of("eu"), Optional.empty()));

        for (AgentSnapshot.Builder worse : List.of(
                agent("x", 1, "eu").setLatencyMs(500),
                agent("x", 3, "eu").setLatencyMs(100),
                agent("x", 1, "us").setLatencyMs(100),
                agent("x", 1, null).setLatencyMs(100),
                agent("x", 1, "eu").setLatencyMs(100).setUpSince(NOW - 1_000))) {
            assertThat(shares(near, plain, considered(worse, 1)).get("x"))
                    .as("%s", worse)
                    .isLessThan(ROUNDS / 20)
                    .as("still measured now and then")
                    .isPositive();
        }
    }

    @Test
    void theSameGatewayIsNearest() {
        Considered here = considered(agent("here").setPresence(new Presence("gw-1", 1L, 0)), 1);
        Considered there = considered(agent("there").setPresence(new Presence("gw-2", 1L, 0)), 1);

        assertThat(shares(here, there).get("there")).isLessThan(ROUNDS / 20);
    }

    @Test
    void whoIsBackWarmsUpByAndBy() {
        double before = Double.POSITIVE_INFINITY;
        for (long age = -5_000; age <= 40_000; age += 5_000) {
            Considered back = considered(agent("back").setUpSince(NOW - age), 0);
            double price = PowerOfTwo.price(question(Surroundings.UNKNOWN), back, back.candidate());
            assertThat(price).isLessThanOrEqualTo(before);
            before = price;
        }
        Considered known = considered(agent("known"), 0);
        assertThat(before).isEqualTo(PowerOfTwo.price(question(Surroundings.UNKNOWN), known, known.candidate()));
    }

    @Test
    void aContextStaysWithItsAgentUntilThatIsMuchBusier() {
        Question followed = question(new Surroundings(Optional.empty(), Optional.of(AgentRef.of("acme", "known"))));

        assertThat(shares(followed, considered(agent("known"), 0), considered(agent("other"), 0)))
                .containsEntry("known", ROUNDS);
        assertThat(shares(followed, considered(agent("known"), 1), considered(agent("other"), 0)))
                .containsEntry("known", ROUNDS);
        assertThat(shares(followed, considered(agent("known"), 3), considered(agent("other"), 0)))
                .containsEntry("other", ROUNDS);
        assertThat(shares(followed, considered(agent("third"), 0), considered(agent("other"), 0)))
                .containsKeys("third", "other");
    }

    @Test
    void nonsenseNeitherWinsNorPoisons() {
        qt().forAll(longs().all()).check(seed -> {
            Random chance = new Random(seed);
            AgentSnapshot.Builder liar = agent("liar", absurd(chance), "eu")
                    .setCpu(absurd(chance))
                    .setErrorRate(absurd(chance))
                    // Latencies are measured, not reported: a small one is earned.
                    .setLatencyMs(chance.nextBoolean() ? Double.NaN : -1)
                    .setQueueDepth(chance.nextBoolean() ? Integer.MIN_VALUE : Integer.MAX_VALUE)
                    .setInFlight(chance.nextInt())
                    .setUpSince(chance.nextLong())
                    .setLastSeenAt(Long.MAX_VALUE)
                    .setHealth(chance.nextBoolean() ? AgentHealth.UP : AgentHealth.DEGRADED);
            Considered hostile = considered(liar, chance.nextInt());
            Considered honest = considered(agent("honest").setCpu(0.5).setLatencyMs(chance.nextInt(1_000)), 1);
            Question question = question(Surroundings.UNKNOWN);
            double price = PowerOfTwo.price(question, hostile, honest.candidate());
            double fair = PowerOfTwo.price(question, honest, hostile.candidate());
            return Double.isFinite(price) && Double.isFinite(fair) && fair > 0 && price > fair;
        });
    }

    private static double absurd(Random chance) {
        return ABSURD[chance.nextInt(ABSURD.length)];
    }

    @Test
    void anAbsurdCapacityIsBelievedOnlySoFar() {
        AgentSnapshot.Builder boaster = agent("boaster");
        boaster.setRegistration(AgentRegistration.newBuilder(boaster.getRegistration())
                .setCapacity(Integer.MAX_VALUE)
                .build());

        double load = considered(boaster, 10_000).load();

        assertThat(load).isGreaterThan(10);
    }

    @Test
    void theFirstOfOneIsTaken() {
        List<Considered> one = new ArrayList<>(List.of(considered(agent("a"), 3)));

        assertThat(pick.among(question(Surroundings.UNKNOWN), one, random)).isSameAs(one.get(0));
    }
}
