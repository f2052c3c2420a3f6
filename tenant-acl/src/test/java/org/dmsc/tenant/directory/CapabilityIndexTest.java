package org.dmsc.tenant.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsc.tenant.testing.AgentCards.skill;
import static org.dmsc.tenant.testing.AgentCards.snapshot;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CapabilityIndexTest {

    private static final TenantId ACME = new TenantId("acme");
    private static final TenantId BETA = new TenantId("beta");
    private static final AgentRef BILLING = AgentRef.of("acme", "billing");
    private static final AgentRef NETWORK_1 = AgentRef.of("acme", "network-1");
    private static final AgentRef NETWORK_2 = AgentRef.of("acme", "network-2");

    private final CapabilityIndex index = new CapabilityIndex();

    @BeforeEach
    void fill() {
        put(
                BILLING,
                "Billing specialist",
                "Knows everything about money",
                skill(
                        "explain-invoice",
                        "Explain invoice",
                        "Explains charges on a customer's bill",
                        "billing",
                        "Money"),
                skill("refund", "Refund", "Pays a wrong charge back", "billing"));
        put(NETWORK_1, "Technical specialist one", "", router());
        put(NETWORK_2, "Technical specialist two", "", router());
    }

    private static org.dmsc.schemas.avro.SkillRecord router() {
        return skill(
                "diagnose", "Diagnose connection", "Finds out why the internet router has no connection", "network");
    }

    @Test
    void findsByASentence() {
        List<Match> found = index.search(text("Why is my invoice so high? I do not understand the charges."));

        assertThat(found.get(0).agent()).isEqualTo(BILLING);
        assertThat(found.get(0).skill()).isEqualTo("explain-invoice");
        assertThat(found.get(0).score()).isBetween(0.0, 1.0);
    }

    @Test
    void whatAModelFindsNearIsFoundWithoutACommonWordAndSaysWhy() {
        Query query = text("the total is too high");

        List<Match> found = index.search(query.near(Map.of("explain-invoice", 1.0, "diagnose", 0.2)));

        assertThat(index.search(query)).isEmpty();
        assertThat(found).extracting(Match::skill).containsExactly("explain-invoice", "diagnose", "diagnose");
        assertThat(found.get(0).score()).isGreaterThan(found.get(1).score());
        assertThat(found.get(0).why()).containsExactly("its meaning is near, 1.0 of the nearest");
    }

    @Test
    void wordsAndMeaningAddUp() {
        Query query = text("explain my connection charges");

        List<Match> words = index.search(query);
        List<Match> both = index.search(query.near(Map.of("diagnose", 1.0)));

        assertThat(words.get(0).skill()).isEqualTo("explain-invoice");
        assertThat(both.get(0).score()).isGreaterThan(words.get(0).score());
        assertThat(both).extracting(Match::skill).contains("explain-invoice", "diagnose");
    }

    @Test
    void equalSkillsScoreNearlyTheSame() {
        List<Match> found = index.search(text("my internet connection is down"));

        assertThat(found).extracting(Match::agent).containsExactly(NETWORK_1, NETWORK_2);
        assertThat(found.get(1).score()).isGreaterThan(0.95 * found.get(0).score());
    }

    @Test
    void aNamedSkillIsExactAndTextOnlyOrders() {
        List<Match> found = index.search(new Query(Set.of(ACME), Optional.of("diagnose"), Set.of(), "invoice", 10));

        assertThat(found).extracting(Match::agent).containsExactly(NETWORK_1, NETWORK_2);
        assertThat(found).allMatch(match -> match.score() >= 1 && match.score() <= 1.1);
        assertThat(found.get(0).why()).contains("offers the skill diagnose");
        assertThat(index.search(new Query(Set.of(ACME), Optional.of("DIAGNOSE"), Set.of(), "", 10)))
                .isEmpty();
    }

    @Test
    void tagsMustAllBeThereWhateverTheirCase() {
        assertThat(index.search(tags("BILLING", "money")))
                .extracting(Match::skill)
                .containsExactly("explain-invoice");
        assertThat(index.search(tags("billing"))).extracting(Match::skill).containsExactly("explain-invoice", "refund");
        assertThat(index.search(tags("billing", "network"))).isEmpty();
        assertThat(index.search(tags("billing")).get(0).why()).containsExactly("has the tags billing");
    }

    @Test
    void aQueryThatSaysNothingFindsNothing() {
        assertThat(index.search(text(""))).isEmpty();
        assertThat(index.search(text("could you please help me?"))).isEmpty();
        assertThat(index.search(text("zzyzx"))).isEmpty();
    }

    @Test
    void tenantsThatAreNotNamedAreNotFoundAndChangeNoScore() {
        List<Match> before = index.search(text("invoice connection"));

        put(AgentRef.of("beta", "other"), "Invoice", "invoice", skill("invoice", "Invoice", "invoice", "invoice"));

        assertThat(index.search(text("invoice connection"))).isEqualTo(before);
        assertThat(index.search(new Query(Set.of(BETA), Optional.empty(), Set.of(), "invoice", 9)))
                .extracting(Match::agent)
                .containsExactly(AgentRef.of("beta", "other"));
        assertThat(index.search(new Query(Set.of(), Optional.empty(), Set.of(), "invoice", 9)))
                .isEmpty();
    }

    @Test
    void reasonsRepeatNoWordOfTheRequest() {
        Match best = index.search(text("invoice charges zebra")).get(0);

        assertThat(best.why()).containsExactly("2 of 3 words of the request are in its name, description");
    }

    @Test
    void aChangedCardReplacesTheOldOneAndAGoneAgentIsGone() {
        put(BILLING, "Billing specialist", "", skill("tax", "Tax advice", "Answers questions about taxes"));

        assertThat(index.search(text("invoice"))).isEmpty();
        assertThat(index.search(text("tax question"))).extracting(Match::skill).containsExactly("tax");

        index.update(BILLING, Optional.empty());
        assertThat(index.search(text("tax question"))).isEmpty();
        assertThat(index.size()).isEqualTo(2);
    }

    @Test
    void limitKeepsTheBest() {
        List<Match> all = index.search(text("charge connection invoice"));

        assertThat(index.search(new Query(Set.of(ACME), Optional.empty(), Set.of(), "charge connection invoice", 2)))
                .isEqualTo(all.subList(0, 2));
    }

    @Test
    void whereMoreFitThanAreWantedAllOfThemHaveTheirTurn() {
        for (int i = 0; i < 100; i++) {
            put(AgentRef.of("acme", "fleet-" + i), "Fleet", "", skill("drive", "Drive", "drives a van", "van"));
        }

        for (Query query : List.of(
                sampled(Optional.of("drive"), Set.of(), ""),
                sampled(Optional.of("drive"), Set.of(), "a van"),
                sampled(Optional.empty(), Set.of("VAN"), ""),
                sampled(Optional.empty(), Set.of(), "drive a van"))) {
            Map<String, Integer> turns = new TreeMap<>();
            for (int sample = 0; sample < 100; sample++) {
                List<Match> some = index.search(query.from(sample * 7));
                assertThat(some).hasSize(10).doesNotHaveDuplicates();
                some.forEach(match -> turns.merge(match.agent().agent().value(), 1, Integer::sum));
            }
            assertThat(turns).as("%s", query).hasSize(100);
            assertThat(turns.values()).as("%s", query).containsOnly(10);
        }
    }

    @Test
    void aSampleOfFewIsAllOfThem() {
        assertThat(index.search(sampled(Optional.of("diagnose"), Set.of(), "")))
                .extracting(Match::agent)
                .containsExactlyInAnyOrder(NETWORK_1, NETWORK_2);
        assertThat(index.search(sampled(Optional.of("nothing"), Set.of(), ""))).isEmpty();
        assertThat(index.search(sampled(Optional.empty(), Set.of("billing", "network"), "")))
                .isEmpty();
        assertThat(index.most(sampled(Optional.of("diagnose"), Set.of(), ""))).isEqualTo(2);
    }

    private static Query sampled(Optional<String> skill, Set<String> tags, String text) {
        return new Query(Set.of(ACME), skill, tags, text, 10).from(3);
    }

    @Test
    void anIndexThatGrewAndShrankIsTheOneThatWasBuiltAtOnce() {
        qt().withExamples(300)
                .forAll(lists().of(integers().between(0, 59)).ofSizeBetween(0, 60))
                .checkAssert(steps -> {
                    CapabilityIndex grown = new CapabilityIndex();
                    Map<AgentRef, AgentSnapshot> now =
                            new TreeMap<>(java.util.Comparator.comparing(AgentRef::toString));
                    for (int step : steps) {
                        AgentRef agent = AgentRef.of("acme", "a" + step % 10);
                        Optional<AgentSnapshot> card = step < 20 ? Optional.empty() : Optional.of(card(agent, step));
                        grown.update(agent, card);
                        card.ifPresentOrElse(c -> now.put(agent, c), () -> now.remove(agent));
                    }
                    CapabilityIndex built = new CapabilityIndex();
                    now.forEach((agent, card) -> built.update(agent, Optional.of(card)));

                    assertThat(grown.size()).isEqualTo(built.size());
                    for (String word : WORDS) {
                        assertSame(grown.search(text(word + " alpha")), built.search(text(word + " alpha")));
                    }
                });
    }

    @Test
    void readersSeeWholeAgentsWhileOthersWrite() throws InterruptedException {
        AtomicBoolean stop = new AtomicBoolean();
        AtomicReference<Throwable> fault = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        threads.add(new Thread(() -> {
            for (int i = 0; !stop.get(); i++) {
                put(BILLING, "b", "", skill("s" + i % 7, "Alpha beta", "gamma"), skill("t", "Alpha", "delta"));
            }
        }));
        for (int i = 0; i < 2; i++) {
            threads.add(new Thread(() -> {
                while (!stop.get()) {
                    List<Match> found = index.search(text("alpha"));
                    if (!found.isEmpty() && found.size() != 2) {
                        fault.set(new AssertionError("half an agent: " + found));
                    }
                }
            }));
        }
        threads.forEach(thread -> thread.setUncaughtExceptionHandler((t, e) -> fault.set(e)));
        threads.forEach(Thread::start);

        long until = System.nanoTime() + 300_000_000L;
        while (System.nanoTime() < until && fault.get() == null) {
            Thread.onSpinWait();
        }
        stop.set(true);
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(fault.get()).isNull();
    }

    private static final List<String> WORDS = List.of("beta", "gamma", "delta", "epsilon", "zeta");

    private static AgentSnapshot card(AgentRef agent, int step) {
        String word = WORDS.get(step % WORDS.size());
        return snapshot(
                agent,
                "Agent",
                "",
                skill("s" + step % 3, word, "alpha " + WORDS.get(step % 4), word),
                skill("x", "x", word));
    }

    private static void assertSame(List<Match> one, List<Match> other) {
        assertThat(one)
                .extracting(Match::agent, Match::skill)
                .isEqualTo(other.stream()
                        .map(match -> org.assertj.core.groups.Tuple.tuple(match.agent(), match.skill()))
                        .toList());
        for (int i = 0; i < one.size(); i++) {
            assertThat(one.get(i).score()).isCloseTo(other.get(i).score(), org.assertj.core.data.Offset.offset(1e-9));
        }
    }

    private void put(AgentRef agent, String name, String description, org.dmsc.schemas.avro.SkillRecord... skills) {
        index.update(agent, Optional.of(snapshot(agent, name, description, skills)));
    }

    private static Query text(String text) {
        return new Query(Set.of(ACME), Optional.empty(), Set.of(), text, 10);
    }

    private static Query tags(String... tags) {
        return new Query(Set.of(ACME), Optional.empty(), Set.of(tags), "", 10);
    }
}
