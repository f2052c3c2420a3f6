package org.dmsc.router.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.dmsc.router.testing.Make;
import org.dmsc.router.testing.MemoryRegistry;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.AuditRecord;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuditTopologyTest {

    private static final class Steps extends Clock {

        private Instant now = Instant.ofEpochMilli(Make.NOW);

        void step(Duration by) {
            now = now.plus(by);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    private final Steps clock = new Steps();
    private final AvroCodec codec = new AvroCodec(new MemoryRegistry());
    private final AvroSerde<AuditEvent> events = new AvroSerde<>(codec, AuditEvent.class);
    private final AvroSerde<AuditRecord> records = new AvroSerde<>(codec, AuditRecord.class);
    private final AuditCounters counters = new AuditCounters();
    private final AuditTopology topology = new AuditTopology(
            new AuditTopology.Parts(events.deserializer(), counters, "acme"::equals, clock), records.serializer());
    private final TopologyTestDriver driver = new TopologyTestDriver(topology.build(), config());
    private final TestInputTopic<String, byte[]> intake =
            driver.createInputTopic(TopicNames.AUDIT_INTAKE, new StringSerializer(), new ByteArraySerializer());
    private final TestOutputTopic<String, AuditRecord> log =
            driver.createOutputTopic(TopicNames.AUDIT, new StringDeserializer(), records.deserializer());

    private static Properties config() {
        Properties properties = new Properties();
        properties.setProperty("application.id", "audit-" + UUID.randomUUID());
        properties.setProperty("bootstrap.servers", "nowhere:1");
        properties.setProperty(
                "state.dir", System.getProperty("java.io.tmpdir") + "/dmsc-audit-test-" + UUID.randomUUID());
        return properties;
    }

    @AfterEach
    void close() {
        driver.close();
    }

    private void happened(String tenant, String eventId) {
        AuditEvent event = AuditEvent.newBuilder()
                .setEventId(eventId)
                .setTenant(tenant)
                .setTime(Make.NOW)
                .setKind(AuditKind.REFUSAL)
                .setActor("anonymous@127.0.0.1")
                .setNode("node-1")
                .build();
        intake.pipeInput(tenant, events.serializer().serialize(TopicNames.AUDIT_INTAKE, event));
    }

    @Test
    void numbersEachTenantsRecordsWithoutAGap() {
        happened("acme", "1");
        happened("beta", "2");
        happened("acme", "3");
        happened("acme", "4");

        List<AuditRecord> all = log.readValuesToList();
        assertThat(all)
                .filteredOn(record -> record.getEvent().getTenant().equals("acme"))
                .extracting(AuditRecord::getIndex)
                .containsExactly(0L, 1L, 2L);
        assertThat(all)
                .filteredOn(record -> record.getEvent().getTenant().equals("beta"))
                .extracting(AuditRecord::getIndex)
                .containsExactly(0L);
    }

    @Test
    void givesAnEventThatIsWrittenTwiceOnePlace() {
        happened("acme", "1");
        happened("acme", "1");
        happened("beta", "1");
        happened("acme", "2");

        assertThat(log.readKeyValuesToList())
                .extracting(entry -> entry.key + entry.value.getIndex())
                .containsExactly("acme0", "beta0", "acme1");
        assertThat(counters.all()).containsEntry("repeated", 1L);
    }

    @ParameterizedTest
    @ValueSource(longs = {3_600_000, -3_600_000, 864_000_000, -864_000_000, 315_360_000_000L, -315_360_000_000L})
    @DisplayName(
            "case 105: whatever the clock does, an event that is written twice has one place, and no index is missing")
    void case_105_clockSteps(long step) {
        happened("acme", "1");
        clock.step(Duration.ofMillis(step));
        happened("acme", "1");
        happened("acme", "2");
        clock.step(Duration.ofMillis(-step));
        happened("acme", "2");
        happened("acme", "3");

        assertThat(log.readValuesToList())
                .extracting(record -> record.getEvent().getEventId() + "@" + record.getIndex())
                .containsExactly("1@0", "2@1", "3@2");
    }

    @Test
    void forgetsAnIdAfterTwoDaysOfEvents() {
        happened("acme", "1");
        for (int hour = 0; hour <= 48; hour++) {
            clock.step(Duration.ofHours(1));
            happened("acme", "hour-" + hour);
        }
        happened("acme", "1");

        assertThat(log.readValuesToList())
                .extracting(record -> record.getEvent().getEventId())
                .filteredOn("1"::equals)
                .hasSize(2);
    }

    @Test
    void goesOnAfterWhatItCannotRead() {
        intake.pipeInput("acme", new byte[] {9, 9});
        intake.pipeInput("acme", null);
        AuditEvent foreign = AuditEvent.newBuilder()
                .setEventId("x")
                .setTenant("beta")
                .setTime(1)
                .setKind(AuditKind.REFUSAL)
                .setActor("a")
                .setNode("n")
                .build();
        intake.pipeInput("acme", events.serializer().serialize(TopicNames.AUDIT_INTAKE, foreign));
        happened("acme", "1");

        assertThat(log.readValuesToList()).extracting(AuditRecord::getIndex).containsExactly(0L);
        assertThat(counters.all()).containsEntry("skipped", 3L);
    }

    @Test
    void copiesTheSameBytesToTheTopicOfATenantThatHasOne() {
        TestOutputTopic<String, byte[]> copy =
                driver.createOutputTopic("dmsc.acme.audit", new StringDeserializer(), new ByteArrayDeserializer());
        TestOutputTopic<String, byte[]> raw =
                driver.createOutputTopic(TopicNames.AUDIT, new StringDeserializer(), new ByteArrayDeserializer());

        happened("acme", "1");
        happened("beta", "2");

        assertThat(copy.readValuesToList())
                .singleElement()
                .isEqualTo(raw.readValuesToList().get(0));
        assertThat(driver.producedTopicNames()).doesNotContain("dmsc.beta.audit");
    }

    @Test
    void carriesTheHeadersOfCloudEventsInKafkasBinaryMode() {
        happened("acme", "1");

        Headers headers = log.readRecord().headers();
        assertThat(headers)
                .extracting(header -> header.key() + "=" + new String(header.value(), StandardCharsets.UTF_8))
                .containsExactly(
                        "ce_specversion=1.0",
                        "ce_id=1",
                        "ce_source=urn:dmsc:audit:acme",
                        "ce_type=org.dmsc.audit.refusal",
                        "ce_time=" + Instant.ofEpochMilli(Make.NOW),
                        "ce_sequence=0",
                        "content-type=application/avro");
    }

    @Test
    void theTopologyIsTheReviewedOne() throws IOException {
        try (InputStream golden = AuditTopologyTest.class.getResourceAsStream("/audit-topology.txt")) {
            assertThat(topology.build().describe().toString().strip())
                    .isEqualTo(new String(golden.readAllBytes(), StandardCharsets.UTF_8).strip());
        }
    }
}
