package org.dmsc.router.learn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.dmsc.router.testing.FakeDirectory;
import org.dmsc.router.testing.Make;
import org.dmsc.router.testing.MemoryRegistry;
import org.dmsc.router.testing.MemoryVault;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.Lesson;
import org.dmsc.schemas.avro.ModelRecord;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.directory.LearntModels;
import org.dmsc.tenant.directory.Match;
import org.dmsc.tenant.directory.ModelKeys;
import org.dmsc.tenant.directory.Query;
import org.dmsc.tenant.keys.AesGcmEnvelopeCipher;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.keys.Parties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LearnerTopologyTest {

    private static final TenantId ACME = new TenantId("acme");
    private static final TenantId BETA = new TenantId("beta");
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(Make.NOW), ZoneOffset.UTC);

    private final MemoryVault vault = new MemoryVault();
    private final AvroCodec codec = new AvroCodec(new MemoryRegistry());
    private final Envelopes envelopes =
            new Envelopes(new AesGcmEnvelopeCipher(vault, new SecureRandom(), CLOCK), codec);
    private final AvroSerde<SealedEnvelope> sealed = new AvroSerde<>(codec, SealedEnvelope.class);
    private final AvroSerde<ModelRecord> models = new AvroSerde<>(codec, ModelRecord.class);
    private final Set<TenantId> gone = new HashSet<>();
    private final LearnerCounters counters = new LearnerCounters();
    private final LearnerTopology topology =
            new LearnerTopology(LearnerParts.of(envelopes, codec, gone::contains, new SecureRandom(), counters));
    private final TopologyTestDriver driver = new TopologyTestDriver(topology.build(), config());
    private final TestInputTopic<String, byte[]> lessons =
            driver.createInputTopic(TopicNames.LESSONS, new StringSerializer(), new ByteArraySerializer());
    private final TestOutputTopic<String, byte[]> written =
            driver.createOutputTopic(TopicNames.MODELS, new StringDeserializer(), new ByteArrayDeserializer());
    private final LearntModels learnt = new LearntModels(envelopes, 100_000);

    private static Properties config() {
        Properties properties = new Properties();
        properties.putAll(Map.of(
                "application.id", "learner-" + UUID.randomUUID(),
                "bootstrap.servers", "nowhere:1",
                "state.dir", System.getProperty("java.io.tmpdir") + "/dmsc-learner-test-" + UUID.randomUUID()));
        return properties;
    }

    @AfterEach
    void close() {
        driver.close();
    }

    private void finished(TenantId tenant, String intent, String skill) {
        lessons.pipeInput(tenant.value(), sealed(tenant, intent, skill));
    }

    private byte[] sealed(TenantId tenant, String intent, String skill) {
        String id = UUID.randomUUID().toString();
        Lesson lesson = new Lesson(tenant.value(), id, skill, intent, Make.NOW);
        SealedEnvelope envelope =
                envelopes.seal(lesson, tenant, LearnerParts.CHANNEL, id, Parties.from("router"), Make.NOW);
        return sealed.serializer().serialize(TopicNames.LESSONS, envelope);
    }

    private List<KeyValue<String, byte[]>> readModels() {
        List<KeyValue<String, byte[]>> all = written.readKeyValuesToList();
        all.forEach(entry -> learnt.accept(
                entry.key,
                Optional.ofNullable(entry.value)
                        .map(bytes -> models.deserializer().deserialize("", bytes))));
        return all;
    }

    private List<ModelRecord> records() {
        return readModels().stream()
                .map(entry -> models.deserializer().deserialize("", entry.value))
                .toList();
    }

    private String best(FakeDirectory directory, TenantId tenant, String text) {
        Query query = new Query(Set.of(tenant), Optional.empty(), Set.of(), text, 5);
        List<Match> found = learnt.of(tenant)
                .map(experience -> directory.index.search(query, experience))
                .orElseGet(() -> directory.index.search(query));
        return found.get(0).skill();
    }

    @Test
    void writesTheTenantsKeyOnceAndThenNumberedLessons() {
        finished(ACME, "play a song", "music");
        finished(ACME, "play a march", "music");

        List<KeyValue<String, byte[]>> all = readModels();
        assertThat(all).extracting(entry -> entry.key).containsExactly("acme/key", "acme/00001", "acme/00002");
        assertThat(counters.all()).containsEntry("learnt", 2L).containsEntry("skipped", 0L);
    }

    @Test
    @DisplayName("what is written holds no word of the request and no name of a skill")
    void holdsNoWords() {
        finished(ACME, "embezzlement in quarter three", "investigations");

        for (KeyValue<String, byte[]> entry : readModels()) {
            assertThat(new String(entry.value, StandardCharsets.ISO_8859_1))
                    .doesNotContain("embezzlement")
                    .doesNotContain("investigations");
        }
    }

    @Test
    void whatTextGetsWrongIsRightAfterAHandfulOfTasks() {
        FakeDirectory directory = directory(ACME);
        String request = "Please book me a flight to Rome and back";
        assertThat(best(directory, ACME, request)).isEqualTo("accounting");

        finished(ACME, "book a flight to Oslo for Monday", "travel");
        finished(ACME, "I need a flight to Rome", "travel");
        finished(ACME, "please book me two flights to Lisbon and back", "travel");
        finished(ACME, "close the books of March", "accounting");
        finished(ACME, "book me the cheapest flight to Vienna", "travel");
        finished(ACME, "please find a flight to Rome on Friday and book it", "travel");
        readModels();

        assertThat(best(directory, ACME, request)).isEqualTo("travel");
        assertThat(best(directory, ACME, "close the books of the year")).isEqualTo("accounting");
    }

    @Test
    @DisplayName("a tenant's history never shapes another's choices")
    void anotherTenantLearnsNothing() {
        FakeDirectory directory = directory(BETA);
        for (int i = 0; i < 20; i++) {
            finished(ACME, "please book me a flight to Rome and back", "travel");
        }
        List<ModelRecord> mine = records();

        assertThat(learnt.of(BETA)).isEmpty();
        assertThat(best(directory, BETA, "Please book me a flight to Rome and back"))
                .isEqualTo("accounting");

        finished(BETA, "please book me a flight to Rome and back", "travel");
        List<ModelRecord> theirs = records();
        assertThat(theirs.get(1).getFeatures())
                .as("hashes of the same words under another key")
                .doesNotContainAnyElementsOf(mine.get(1).getFeatures());
        assertThat(theirs.get(1).getSkill()).isNotEqualTo(mine.get(1).getSkill());
    }

    @Test
    void goesOnAfterWhatItCannotUse() {
        lessons.pipeInput("acme", new byte[] {9, 9});
        lessons.pipeInput("acme", null);
        lessons.pipeInput("No Tenant", sealed(ACME, "play", "music"));
        lessons.pipeInput("beta", sealed(ACME, "play", "music"));
        finished(ACME, "play a song", "");
        finished(ACME, " ?! ", "music");
        finished(ACME, "play a song", "music");

        assertThat(readModels()).extracting(entry -> entry.key).containsExactly("acme/key", "acme/00001");
        assertThat(counters.all()).containsEntry("skipped", 5L);
    }

    @Test
    void forgetsTenantsThatLeft() {
        finished(ACME, "play a song", "music");
        finished(BETA, "play a song", "music");
        readModels();

        gone.add(ACME);
        driver.advanceWallClockTime(Duration.ofSeconds(10));

        assertThat(readModels())
                .allMatch(entry -> entry.value == null)
                .extracting(entry -> entry.key)
                .containsExactlyInAnyOrder("acme/key", "acme/00001");
        assertThat(learnt.of(ACME)).isEmpty();
        assertThat(learnt.of(BETA)).isPresent();
    }

    @Test
    void aNewLessonTakesThePlaceOfTheOldest() {
        assertThat(ModelKeys.lesson(ACME, 1 + ModelKeys.PLACES)).isEqualTo(ModelKeys.lesson(ACME, 1));
        assertThat(ModelKeys.lesson(ACME, 2)).isNotEqualTo(ModelKeys.lesson(ACME, 1));
    }

    @Test
    void theTopologyIsTheReviewedOne() throws IOException {
        try (InputStream golden = LearnerTopologyTest.class.getResourceAsStream("/learner-topology.txt")) {
            assertThat(topology.build().describe().toString().strip())
                    .isEqualTo(new String(golden.readAllBytes(), StandardCharsets.UTF_8).strip());
        }
    }

    /** Two agents; the words of the request above stand in the card of the wrong one. */
    private static FakeDirectory directory(TenantId tenant) {
        FakeDirectory directory = new FakeDirectory();
        directory.put(Make.agent(
                        tenant.value(),
                        "a1",
                        Make.described("accounting", "Books every invoice and pays it back, closes the books"))
                .build());
        directory.put(Make.agent(tenant.value(), "a2", Make.described("travel", "Arranges journeys by air"))
                .build());
        return directory;
    }
}
