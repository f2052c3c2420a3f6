package org.dmsc.schemas.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.junit.jupiter.api.Test;

class TopicSchemaRegistryTest {

    private final FakeSchemasTopic topic = new FakeSchemasTopic();
    private final Schema first = record("First", "");
    private final Schema second = record("Second", "");

    @Test
    void idsAreTheOrderOfFirstAppearance() {
        try (TopicSchemaRegistry registry = started()) {
            assertThat(registry.register("a-value", first)).isEqualTo(1);
            assertThat(registry.register("b-value", second)).isEqualTo(2);
            assertThat(registry.register("a-value", first)).isEqualTo(1);

            assertThat(registry.byId(2)).isEqualTo(second);
            assertThat(topic.log).hasSize(2);
            assertThat(topic.log.get(0).key()).isEqualTo("a-value");
        }
    }

    @Test
    void oneSchemaUnderTwoSubjectsHasOneId() {
        try (TopicSchemaRegistry registry = started()) {
            assertThat(registry.register("a-value", first)).isEqualTo(registry.register("b-value", first));
        }
    }

    @Test
    void documentationIsAPartOfASchema() {
        try (TopicSchemaRegistry registry = started()) {
            int plain = registry.register("a-value", record("Same", ""));
            int documented = registry.register("a-value", record("Same", "what it is for"));

            assertThat(documented).isNotEqualTo(plain);
            assertThat(registry.byId(documented).getDoc()).isEqualTo("what it is for");
        }
    }

    @Test
    void aRestartedProcessAndAStrangerSeeTheSameIds() {
        try (TopicSchemaRegistry one = started();
                TopicSchemaRegistry other = started()) {
            int id = one.register("a-value", first);

            assertThat(other.byId(id)).isEqualTo(first);
            assertThat(other.register("b-value", second)).isEqualTo(2);
            assertThat(one.register("b-value", second)).isEqualTo(2);
            try (TopicSchemaRegistry late = started()) {
                assertThat(late.register("x", second)).isEqualTo(2);
                assertThat(late.byId(1)).isEqualTo(first);
            }
        }
        assertThat(topic.log).hasSize(2);
    }

    @Test
    void processesThatRegisterAtOnceAgree() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(8);
        List<TopicSchemaRegistry> registries = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            registries.add(started());
        }
        List<Schema> schemas = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            schemas.add(record("S" + i, ""));
        }

        List<Future<List<Integer>>> answers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            TopicSchemaRegistry registry = registries.get(i % 4);
            answers.add(pool.submit(() -> schemas.stream()
                    .map(schema -> registry.register("s", schema))
                    .toList()));
        }

        Set<List<Integer>> seen = new HashSet<>();
        for (Future<List<Integer>> answer : answers) {
            seen.add(answer.get(30, TimeUnit.SECONDS));
        }
        assertThat(seen).hasSize(1);
        assertThat(seen.iterator().next()).doesNotHaveDuplicates();
        pool.shutdownNow();
        registries.forEach(TopicSchemaRegistry::close);
    }

    @Test
    void whatOthersPutThereTakesNoId() {
        topic.append("junk", "not json");
        topic.append("junk", "{\"schema\":7}");
        topic.append("junk", null);
        topic.append("a-value", SchemaTexts.entry("a-value", first.toString()));

        try (TopicSchemaRegistry registry = started()) {
            assertThat(registry.byId(1)).isEqualTo(first);
        }
    }

    @Test
    void aTextThatIsNoSchemaKeepsItsIdAndIsUnreadable() {
        topic.append("a-value", SchemaTexts.entry("a-value", "{\"type\":\"nope\"}"));

        try (TopicSchemaRegistry registry = started()) {
            assertThat(registry.register("b-value", first)).isEqualTo(2);
            assertRefused(Refusal.UNREADABLE, () -> registry.byId(1));
        }
    }

    @Test
    void anUnknownIdIsUnreadable() {
        try (TopicSchemaRegistry registry = started()) {
            for (int id : new int[] {0, -1, 1, Integer.MAX_VALUE}) {
                assertRefused(Refusal.UNREADABLE, () -> registry.byId(id));
            }
        }
    }

    @Test
    void isUnavailableWhenKafkaRefusesAndBeforeItsStart() {
        assertRefused(Refusal.UNAVAILABLE, () -> registry().register("s", first));
        topic.refusing = true;
        try (TopicSchemaRegistry registry = started()) {
            assertRefused(Refusal.UNAVAILABLE, () -> registry.register("s", first));
            topic.refusing = false;
            assertThat(registry.register("s", first)).isEqualTo(1);
        }
    }

    private TopicSchemaRegistry registry() {
        return new TopicSchemaRegistry(topic::producer, topic::consumer, Duration.ofSeconds(5));
    }

    private TopicSchemaRegistry started() {
        TopicSchemaRegistry registry = registry();
        registry.start();
        return registry;
    }

    private static Schema record(String name, String doc) {
        return SchemaBuilder.record(name).doc(doc).fields().requiredInt("x").endRecord();
    }

    private static void assertRefused(Refusal refusal, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(refusal));
    }
}
