package org.dmsc.tenant.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.dmsc.tenant.testing.AgentCards.skill;
import static org.dmsc.tenant.testing.AgentCards.snapshot;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.SkillRecord;
import org.junit.jupiter.api.Test;

class SkillMeaningsTest {

    private static final TenantId ACME = new TenantId("acme");
    private static final TenantId BETA = new TenantId("beta");
    private static final AgentRef DOCTOR = AgentRef.of("acme", "doctor");
    private static final AgentRef BAKER = AgentRef.of("acme", "baker");
    private static final AgentRef OTHER = AgentRef.of("beta", "other");

    /** What texts mean: how much of medicine, bread and law is in them. */
    private static final Map<String, float[]> MEANING = Map.of(
            "Medicine. Heals", new float[] {4, 0, 0},
            "Bread. Bakes", new float[] {0, 3, 0},
            "Law. Pleads", new float[] {0, 0, 5},
            "my head aches", new float[] {2, 0.2f, 0},
            "a court case about bad bread", new float[] {0, 1.5f, 2},
            "what is this", new float[] {-1, -1, -1});

    private final StoppedClock clock = new StoppedClock();
    private final List<List<String>> asked = new ArrayList<>();
    private final Set<TenantId> consenting = new HashSet<>(Set.of(ACME, BETA));
    private boolean down;
    private final SkillMeanings meanings =
            new SkillMeanings(this::embed, tenant -> Set.of(ACME, BETA), consenting::contains, 0.3, clock);

    private CompletionStage<List<float[]>> embed(List<String> texts) {
        asked.add(texts);
        return down
                ? CompletableFuture.failedStage(new RefusedException(Refusal.FETCH_FAILED, "down"))
                : CompletableFuture.completedStage(
                        texts.stream().map(MEANING::get).toList());
    }

    private void everybodyRegisters() {
        register(DOCTOR, skill("heal", "Medicine", "Heals"));
        register(BAKER, skill("bake", "Bread", "Bakes"));
        register(OTHER, skill("plead", "Law", "Pleads"));
    }

    private void register(AgentRef agent, SkillRecord... skills) {
        meanings.update(agent, Optional.of(snapshot(agent, agent.agent().value(), "", skills)));
    }

    private Map<String, Double> near(String text) {
        return meanings.of(ACME, text).toCompletableFuture().join();
    }

    @Test
    void findsWhatIsMeantWithoutACommonWord() {
        everybodyRegisters();

        assertThat(near("my head aches")).containsOnlyKeys("heal").containsEntry("heal", 1.0);
    }

    @Test
    void whatIsBehindCountsLess() {
        everybodyRegisters();

        Map<String, Double> near = near("a court case about bad bread");

        assertThat(near).containsOnlyKeys("plead", "bake").containsEntry("plead", 1.0);
        assertThat(near.get("bake")).isBetween(0.01, 0.5);
    }

    @Test
    void whatHasNothingToDoWithAnybodyIsNearNobody() {
        everybodyRegisters();

        assertThat(near("what is this")).isEmpty();
    }

    @Test
    void eachTextIsAskedForOnce() {
        everybodyRegisters();
        near("my head aches");
        near("my head aches");
        register(AgentRef.of("acme", "second"), skill("heal", "Medicine", "Heals"));

        assertThat(asked.stream().flatMap(List::stream)).doesNotHaveDuplicates().hasSize(4);
    }

    @Test
    void whatNobodyOffersAnyMoreIsForgotten() {
        everybodyRegisters();
        AgentRef second = AgentRef.of("acme", "second");
        register(second, skill("heal", "Medicine", "Heals"));
        meanings.update(DOCTOR, Optional.empty());
        assertThat(near("my head aches")).as("one still does").containsKey("heal");

        register(second, skill("bake", "Bread", "Bakes"));

        assertThat(near("my head aches")).isEmpty();
    }

    @Test
    void textsOfATenantThatDoesNotConsentAreShownToNobody() {
        consenting.remove(ACME);
        everybodyRegisters();

        assertThat(near("my head aches")).isEmpty();
        assertThat(asked.stream().flatMap(List::stream)).containsExactly("Law. Pleads");

        consenting.add(ACME);
        assertThat(near("my head aches")).as("skills are asked for now").isEmpty();
        assertThat(near("my head aches")).containsKey("heal");
    }

    @Test
    void skillsOfAnotherTenantThatDoesNotConsentAreNotShownEither() {
        consenting.remove(BETA);
        everybodyRegisters();

        assertThat(near("a court case about bad bread")).containsOnlyKeys("bake");
        assertThat(asked.stream().flatMap(List::stream)).doesNotContain("Law. Pleads");
    }

    @Test
    void aProviderThatFailsIsLeftAloneAndAskedAgainLater() {
        down = true;
        everybodyRegisters();
        for (int i = 0; i < 5; i++) {
            assertThat(near("my head aches")).isEmpty();
        }
        assertThat(asked).hasSize(1);
        assertThat(meanings.failures()).isEqualTo(1);

        down = false;
        clock.millis += 10_000;

        near("my head aches");
        assertThat(near("my head aches").get("heal")).isCloseTo(1, within(1e-9));
    }

    @Test
    void aProviderThatThrowsFails() {
        SkillMeanings broken = new SkillMeanings(
                texts -> {
                    throw new IllegalStateException("broken");
                },
                tenant -> Set.of(ACME),
                tenant -> true,
                0.3,
                clock);

        assertThat(broken.of(ACME, "my head aches").toCompletableFuture()).isCompletedWithValue(Map.of());
    }

    private static final class StoppedClock extends Clock {
        private long millis;

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(millis);
        }
    }
}
