package org.dmsc.tenant.intent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class IntentModelTest {

    private static final IntentHasher ACME = hasher(1);
    private static final IntentHasher BETA = hasher(2);

    @Test
    void saysNothingBeforeItHasLearnt() {
        assertThat(new Experience(ACME, new IntentModel()).about("play a song")).isSameAs(Learnt.NOTHING);
    }

    @Test
    void prefersTheSkillThatSolvedSuchTasks() {
        IntentModel model = new IntentModel();
        learn(model, "play me a song", "music", 3);
        learn(model, "will it rain in London", "weather", 3);

        Learnt learnt = model.ask(ACME.features("a song for my party"));

        assertThat(learnt.tasks()).isEqualTo(6);
        assertThat(learnt.of(ACME.skill("music"))).isGreaterThan(learnt.of(ACME.skill("weather")));
        assertThat(learnt.of(ACME.skill("weather"))).isGreaterThan(learnt.of(ACME.skill("never seen")));
    }

    @Test
    void theSameTasksInTheSameOrderGiveTheSameModel() {
        long seed = System.nanoTime();

        Learnt one = random(new Random(seed)).ask(ACME.features("w1 w2 w3"));
        Learnt two = random(new Random(seed)).ask(ACME.features("w1 w2 w3"));

        assertThat(ofRandomSkills(one)).as("seed %d", seed).isEqualTo(ofRandomSkills(two));
        assertThat(ofRandomSkills(one)).as("seed %d", seed).allMatch(Double::isFinite);
    }

    @Test
    void unlearnsWhatIsNoLongerTrue() {
        IntentModel model = new IntentModel();
        learn(model, "summarise this report", "old", 300);
        learn(model, "something else", "other", 300);
        learn(model, "summarise this report", "new", 30);

        Learnt learnt = model.ask(ACME.features("summarise this report"));

        assertThat(learnt.of(ACME.skill("new"))).isGreaterThan(learnt.of(ACME.skill("old")));
    }

    @Test
    void forgetsWhatWasSeenOnceLongAgoAndStaysBounded() {
        IntentModel model = new IntentModel();
        learn(model, "zebra", "zoo", 1);
        double before = zooAhead(model);
        for (int i = 1; i < IntentModel.FADE_AFTER; i++) {
            model.learn(new IntentExample(new long[] {7}, ACME.skill("other")));
        }

        assertThat(before).isPositive();
        assertThat(zooAhead(model)).isNegative();
        assertThat(model.size()).isEqualTo(1);
    }

    @Test
    void isBoundedWhateverComes() {
        IntentModel model = new IntentModel();
        Random random = new Random(5);
        for (int i = 0; i < 1_000; i++) {
            model.learn(new IntentExample(random.longs(257).toArray(), i % 3));
        }

        assertThat(model.size()).isLessThanOrEqualTo(IntentModel.MOST_FEATURES);
    }

    @Test
    void moreSkillsThanItTellsApartTeachNothing() {
        IntentModel model = new IntentModel();
        for (int i = 0; i < IntentModel.MOST_SKILLS + 10; i++) {
            model.learn(new IntentExample(new long[] {i}, i));
        }

        assertThat(model.tasks()).isEqualTo(IntentModel.MOST_SKILLS);
    }

    @Test
    void anEmptyRequestTeachesNothing() {
        IntentModel model = new IntentModel();
        model.learn(new IntentExample(ACME.features(" ?! "), ACME.skill("music")));

        assertThat(model.tasks()).isZero();
        assertThat(model.size()).isZero();
    }

    @Test
    void hashesOfTwoTenantsHaveNothingInCommon() {
        long[] mine = ACME.features("play me a song of the nineties");
        long[] theirs = BETA.features("play me a song of the nineties");

        assertThat(Arrays.stream(mine).boxed())
                .doesNotContainAnyElementsOf(Arrays.stream(theirs).boxed().toList());
        assertThat(ACME.features("play me a song of the nineties")).isEqualTo(mine);
        assertThat(ACME.skill("music")).isNotEqualTo(BETA.skill("music"));
    }

    @Test
    void anotherTenantsTasksChangeNothing() {
        IntentModel mine = new IntentModel();
        learn(mine, "play me a song", "music", 3);
        double before = mine.ask(ACME.features("play me a song")).of(ACME.skill("music"));

        IntentModel theirs = new IntentModel();
        for (int i = 0; i < 50; i++) {
            theirs.learn(new IntentExample(BETA.features("play me a song"), BETA.skill("theatre")));
        }

        assertThat(mine.ask(ACME.features("play me a song")).of(ACME.skill("music")))
                .isEqualTo(before);
        assertThat(mine.ask(ACME.features("play me a song")).knows(BETA.skill("theatre")))
                .isFalse();
        // Even if their examples came here: without the key they say nothing about these words.
        Learnt mixed = theirs.ask(ACME.features("play me a song"));
        assertThat(mixed.of(ACME.skill("theatre"))).isCloseTo(mixed.of(ACME.skill("never seen")), within(1e-9));
    }

    @Test
    void aLongRequestIsJudgedByItsBeginning() {
        assertThat(ACME.features("word ".repeat(100_000))).hasSizeLessThan(10);
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            many.append("w").append(i).append(' ');
        }
        assertThat(ACME.features(many.toString())).hasSize(257);
    }

    @Test
    void showsNeitherKeyNorFeatures() {
        assertThat(ACME).hasToString("IntentHasher[key redacted]");
        assertThat(new IntentExample(new long[] {42}, 43)).hasToString("IntentExample[1 features]");
        assertThatThrownBy(() -> new IntentHasher(new byte[3])).hasMessage("intent key: 3 bytes (expected 16)");
    }

    private static double zooAhead(IntentModel model) {
        Learnt learnt = model.ask(ACME.features("zebra"));
        return learnt.of(ACME.skill("zoo"))
                - Math.max(learnt.of(ACME.skill("other")), learnt.of(ACME.skill("never seen")));
    }

    private static List<Double> ofRandomSkills(Learnt learnt) {
        return IntStream.range(0, 10)
                .mapToObj(skill -> learnt.of(ACME.skill("s" + skill)))
                .toList();
    }

    private static IntentModel random(Random random) {
        IntentModel model = new IntentModel();
        for (int i = 0; i < 500; i++) {
            List<String> words = new ArrayList<>();
            random.ints(5, 0, 20).forEach(word -> words.add("w" + word));
            learn(model, String.join(" ", words), "s" + random.nextInt(10), 1);
        }
        return model;
    }

    private static void learn(IntentModel model, String text, String skill, int times) {
        for (int i = 0; i < times; i++) {
            model.learn(new IntentExample(ACME.features(text), ACME.skill(skill)));
        }
    }

    private static IntentHasher hasher(int fill) {
        byte[] key = new byte[IntentHasher.KEY_BYTES];
        Arrays.fill(key, (byte) fill);
        return new IntentHasher(key);
    }
}
