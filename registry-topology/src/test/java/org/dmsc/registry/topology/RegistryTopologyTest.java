package org.dmsc.registry.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsc.registry.testing.Reports.HERE;
import static org.dmsc.registry.testing.Reports.NOW;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.dmsc.registry.health.HealthPolicy;
import org.dmsc.registry.health.HealthRule;
import org.dmsc.registry.health.Leases;
import org.dmsc.registry.testing.MemoryRegistry;
import org.dmsc.registry.testing.MemoryVault;
import org.dmsc.registry.testing.Reports;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.schemas.avro.AgentChannel;
import org.dmsc.schemas.avro.AgentHealth;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentReport;
import org.dmsc.schemas.avro.AgentReportKind;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.AgentState;
import org.dmsc.schemas.avro.AttemptOutcome;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.CardSource;
import org.dmsc.schemas.avro.FormerCard;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.keys.AesGcmEnvelopeCipher;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.keys.Parties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RegistryTopologyTest {

    private static final TenantId ACME = new TenantId("acme");
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(NOW), ZoneOffset.UTC);

    private final AvroCodec codec = new AvroCodec(new MemoryRegistry());
    private final Envelopes envelopes =
            new Envelopes(new AesGcmEnvelopeCipher(new MemoryVault(), new SecureRandom(), CLOCK), codec);
    private final AvroSerde<SealedEnvelope> serde = new AvroSerde<>(codec, SealedEnvelope.class);
    private Leases.Standing lease = Leases.Standing.HELD;
    private final RegistryParts parts = RegistryParts.of(
            envelopes,
            codec,
            new RegistryParts.Writer(FabricDomain.DEFAULT, "node-1"),
            HealthPolicy.DEFAULT,
            new RegistryParts.Pace(Duration.ofMillis(50), Duration.ofMillis(25)),
            (gateway, epoch, now) -> lease);
    private final TopologyTestDriver driver = new TopologyTestDriver(topology(), config(), CLOCK.instant());

    private Topology topology() {
        return new RegistryTopology(TopicNames.REGISTRY_SOURCE, parts).build();
    }

    private static Properties config() {
        Properties properties = new Properties();
        properties.setProperty("application.id", "registry-" + UUID.randomUUID());
        properties.setProperty("bootstrap.servers", "nowhere:1");
        properties.setProperty(
                "state.dir", System.getProperty("java.io.tmpdir") + "/dmsc-registry-test-" + UUID.randomUUID());
        return properties;
    }

    @AfterEach
    void close() {
        driver.close();
    }

    private void tell(AgentReport report) {
        SealedEnvelope envelope = envelopes.seal(
                report, ACME, Channel.AGENTS.label(), report.getReportId(), Parties.from("spiffe://x/gateway/g"), NOW);
        write(report.getAgent(), serde.serializer().serialize(Channel.AGENTS.of(ACME), envelope));
    }

    private void write(String key, byte[] value) {
        driver.createInputTopic(Channel.AGENTS.of(ACME), new StringSerializer(), new ByteArraySerializer())
                .pipeInput(key, value);
    }

    private List<KeyValue<String, byte[]>> told() {
        return driver.createOutputTopic(TopicNames.REGISTRY, new StringDeserializer(), new ByteArrayDeserializer())
                .readKeyValuesToList();
    }

    private List<AgentSnapshot> snapshots() {
        return told().stream()
                .map(entry -> envelopes.routing(serde.deserializer().deserialize("", entry.value), AgentSnapshot.class))
                .toList();
    }

    private List<AuditEvent> audit() {
        return driver.createOutputTopic(
                        TopicNames.AUDIT_INTAKE,
                        new StringDeserializer(),
                        new AvroSerde<>(codec, AuditEvent.class).deserializer())
                .readValuesToList();
    }

    @Test
    void tellsOfARegistrationAtOnce() {
        tell(Reports.registered(AgentChannel.A2A_HTTP));

        assertThat(snapshots())
                .singleElement()
                .satisfies(snapshot -> assertThat(snapshot.getHealth()).isEqualTo(AgentHealth.UP))
                .satisfies(snapshot -> assertThat(snapshot.getRevision()).isEqualTo(1));
        assertThat(audit()).extracting(AuditEvent::getKind).containsExactly(AuditKind.AGENT_REGISTERED);
    }

    @Test
    void replacesOnlyTheCardThatIsRegistered() {
        tell(fetched("one").build());
        audit();

        tell(fetched("two", "one").setReplaces("other").build());
        assertThat(audit()).as("somebody was faster").isEmpty();
        tell(fetched("two", "one").setReplaces("one").build());

        assertThat(audit()).singleElement().satisfies(event -> {
            assertThat(event.getKind()).isEqualTo(AuditKind.CARD_CHANGED);
            assertThat(event.getDetails())
                    .containsEntry("sha256", "two")
                    .containsEntry("former", "one")
                    .containsEntry("signer", "key:k");
        });
        tell(Reports.report(AgentReportKind.UNREGISTERED).setReplaces("one").build());
        assertThat(audit()).isEmpty();
        tell(Reports.report(AgentReportKind.UNREGISTERED).setReplaces("two").build());
        assertThat(audit()).extracting(AuditEvent::getKind).containsExactly(AuditKind.AGENT_UNREGISTERED);
        tell(fetched("three", "two").setReplaces("two").build());
        assertThat(audit()).as("who left does not come back by it").isEmpty();
    }

    private static AgentReport.Builder fetched(String sha256, String... former) {
        AgentRegistration registration = Reports.registration(AgentChannel.A2A_HTTP)
                .setSource(source(sha256))
                .setFormerCards(Arrays.stream(former)
                        .map(one -> new FormerCard(source(one), NOW, "{}"))
                        .toList())
                .build();
        return Reports.report(AgentReportKind.REGISTERED).setRegistration(registration);
    }

    private static CardSource source(String sha256) {
        return new CardSource("https://a.example/card", sha256, "key:k", 1L, "");
    }

    @Test
    void tellsOfManyChangesAtMostEveryFiftyMilliseconds() {
        tell(Reports.registered(AgentChannel.A2A_HTTP));
        snapshots();

        for (int i = 0; i < 20; i++) {
            tell(Reports.assigned("t" + i));
        }
        assertThat(snapshots()).isEmpty();
        driver.advanceWallClockTime(Duration.ofMillis(50));

        assertThat(snapshots()).extracting(AgentSnapshot::getInFlight).containsExactly(20);
    }

    @Test
    void keepsEachAttemptByItselfAndTheAgentOnlyWhenItIsToldOrChanged() {
        tell(Reports.registered(AgentChannel.A2A_HTTP));
        KeyValueStore<String, byte[]> store = driver.getKeyValueStore(RegistryTopology.AGENTS);
        byte[] agent = store.get("acme/clerk");

        tell(Reports.assigned("t1"));
        tell(Reports.assigned("t2"));

        assertThat(store.get("acme/clerk")).isSameAs(agent);
        assertThat(keys(store)).containsExactlyInAnyOrder("acme/clerk", "acme/clerk|t1.1", "acme/clerk|t2.1");

        tell(Reports.outcome("t1", AttemptOutcome.COMPLETED, 5));

        assertThat(store.get("acme/clerk")).isNotEqualTo(agent);
        assertThat(keys(store)).containsExactlyInAnyOrder("acme/clerk", "acme/clerk|t2.1");

        tell(Reports.report(AgentReportKind.UNREGISTERED).build());

        assertThat(keys(store)).isEmpty();
    }

    private static List<String> keys(KeyValueStore<String, byte[]> store) {
        List<String> keys = new ArrayList<>();
        try (KeyValueIterator<String, byte[]> all = store.all()) {
            all.forEachRemaining(entry -> keys.add(entry.key));
        }
        return keys;
    }

    @Test
    void countsOpenAttemptsAgainAfterARestart() {
        SealedAgents seals = new SealedAgents(envelopes, codec, "spiffe://x/registry/n");
        AgentState known = new HealthRule(HealthPolicy.DEFAULT)
                .apply(Optional.empty(), Reports.registered(AgentChannel.A2A_HTTP), 0, NOW)
                .orElseThrow();
        // One of them as an earlier release kept it.
        AgentState kept =
                AgentState.newBuilder(known).setOpen(Map.of("t0.1", NOW)).build();
        MockProcessorContext<String, byte[]> context = new MockProcessorContext<>(config());
        KeyValueStore<String, byte[]> store = Stores.keyValueStoreBuilder(
                        Stores.inMemoryKeyValueStore(RegistryTopology.AGENTS), Serdes.String(), Serdes.ByteArray())
                .withLoggingDisabled()
                .build();
        store.init(context.getStateStoreContext(), store);
        context.addStateStore(store);
        context.setCurrentSystemTimeMs(NOW);
        store.put("acme/clerk", seals.state(kept, NOW));
        AgentRef clerk = AgentRef.parse("acme/clerk");
        store.put(AttemptKeys.of(clerk, "t1.1"), AttemptKeys.value(NOW));
        store.put(AttemptKeys.of(clerk, "t2.1"), AttemptKeys.value(NOW - 1));

        RegistryProcessor processor = new RegistryProcessor(parts);
        processor.init(context);
        context.setCurrentSystemTimeMs(NOW + 100);
        context.scheduledPunctuators().get(0).getPunctuator().punctuate(NOW + 100);

        assertThat(context.forwarded(RegistryTopology.SNAPSHOTS))
                .singleElement()
                .satisfies(told -> assertThat(inFlight(told.record().value())).isEqualTo(3));
        assertThat(keys(store)).contains("acme/clerk|t0.1", "acme/clerk|t1.1", "acme/clerk|t2.1");
        assertThat(seals.open(store.get("acme/clerk")).getOpen()).isEmpty();
    }

    private int inFlight(byte[] snapshot) {
        return envelopes
                .routing(serde.deserializer().deserialize("", snapshot), AgentSnapshot.class)
                .getInFlight();
    }

    @Test
    void tellsNothingWhenNothingChanged() {
        tell(Reports.registered(AgentChannel.A2A_HTTP));
        tell(Reports.heartbeat(0.5, 1));
        driver.advanceWallClockTime(Duration.ofMillis(100));
        snapshots();

        tell(Reports.heartbeat(0.5, 1));
        tell(Reports.registered(AgentChannel.A2A_HTTP));
        driver.advanceWallClockTime(Duration.ofMillis(100));

        assertThat(snapshots()).isEmpty();
    }

    @Test
    void putsAnAgentDownWhenItsGatewaysLeaseEndsAndSaysSoInTheAudit() {
        tell(Reports.registered(AgentChannel.MQTT5));
        tell(Reports.present(HERE));
        driver.advanceWallClockTime(Duration.ofMillis(100));
        assertThat(snapshots()).last().extracting(AgentSnapshot::getHealth).isEqualTo(AgentHealth.UP);
        audit();

        lease = Leases.Standing.ENDED;
        driver.advanceWallClockTime(Duration.ofMillis(1_100));

        assertThat(snapshots()).last().extracting(AgentSnapshot::getHealth).isEqualTo(AgentHealth.DOWN);
        assertThat(audit()).extracting(AuditEvent::getKind).containsExactly(AuditKind.AGENT_DOWN);
    }

    @Test
    void noticesAMissedHeartbeatByTheClockAlone() {
        tell(Reports.registeredWithHeartbeat(1_000));
        snapshots();

        driver.advanceWallClockTime(Duration.ofMillis(3_100));

        assertThat(snapshots()).extracting(AgentSnapshot::getHealth).last().isEqualTo(AgentHealth.DOWN);
    }

    @Test
    void deletesAnAgentThatUnregisters() {
        tell(Reports.registered(AgentChannel.A2A_HTTP));
        told();

        tell(Reports.report(AgentReportKind.UNREGISTERED).build());

        assertThat(told()).singleElement().satisfies(entry -> {
            assertThat(entry.key).isEqualTo("acme/clerk");
            assertThat(entry.value).isNull();
        });
        assertThat(audit()).extracting(AuditEvent::getKind).contains(AuditKind.AGENT_UNREGISTERED);
    }

    @Test
    void goesOnAfterWhatItCannotUse() {
        write("clerk", new byte[] {1, 2});
        write(
                "other",
                serde.serializer()
                        .serialize(
                                Channel.AGENTS.of(ACME),
                                envelopes.seal(
                                        Reports.registered(AgentChannel.A2A_HTTP),
                                        ACME,
                                        Channel.AGENTS.label(),
                                        "r",
                                        Parties.from("spiffe://x/gateway/g"),
                                        NOW)));
        tell(Reports.registered(AgentChannel.A2A_HTTP));

        assertThat(parts.counters().all()).containsEntry("unusable", 2L);
        assertThat(snapshots()).hasSize(1);
    }

    @Test
    void keepsNoReadableWordOfACardAtRest() {
        tell(Reports.registered(AgentChannel.A2A_HTTP));
        tell(Reports.outcome("t1", AttemptOutcome.COMPLETED, 5));

        KeyValueStore<String, byte[]> store = driver.getKeyValueStore(RegistryTopology.AGENTS);
        try (KeyValueIterator<String, byte[]> all = store.all()) {
            assertThat(all).toIterable().isNotEmpty().allSatisfy(entry -> isSealed(entry.value));
        }
        assertThat(told()).isNotEmpty().allSatisfy(entry -> isSealed(entry.value));
    }

    private static void isSealed(byte[] value) {
        assertThat(new String(value, StandardCharsets.ISO_8859_1))
                .doesNotContain("zebra", "invoices", "billing", "money");
    }

    @Test
    void theTopologyIsTheReviewedOne() throws IOException {
        try (InputStream golden = RegistryTopologyTest.class.getResourceAsStream("/registry-topology.txt")) {
            assertThat(topology().describe().toString().strip())
                    .isEqualTo(new String(golden.readAllBytes(), StandardCharsets.UTF_8).strip());
        }
    }

    static Stream<Arguments> impossible() {
        return Stream.of(
                Arguments.of("cpu", Reports.heartbeat(Double.NaN, 0)),
                Arguments.of("cpu", Reports.heartbeat(-0.1, 0)),
                Arguments.of("cpu", Reports.heartbeat(1e9, 0)),
                Arguments.of("cpu", Reports.heartbeat(Double.POSITIVE_INFINITY, 0)),
                Arguments.of("queue depth", Reports.heartbeat(0, -1)),
                Arguments.of("queue depth", Reports.heartbeat(0, Integer.MAX_VALUE)),
                Arguments.of(
                        "time",
                        AgentReport.newBuilder(Reports.heartbeat(0, 0))
                                .setTime(NOW + 120_000)
                                .build()),
                Arguments.of("latency", Reports.outcome("t", AttemptOutcome.COMPLETED, -5)),
                Arguments.of("latency", Reports.outcome("t", AttemptOutcome.COMPLETED, Long.MAX_VALUE)));
    }

    @ParameterizedTest
    @MethodSource("impossible")
    void case_111_refusesReportsThatCannotBeTrueWithAReasonAndTellsTheAuditLogOnce(String what, AgentReport report) {
        tell(Reports.registered(AgentChannel.A2A_HTTP));
        snapshots();
        audit();

        for (int i = 0; i < 50; i++) {
            tell(report);
        }

        assertThat(snapshots()).isEmpty();
        assertThat(parts.counters().all()).containsEntry("refused", 50L).containsEntry("unusable", 0L);
        assertThat(audit()).singleElement().satisfies(event -> {
            assertThat(event.getKind()).isEqualTo(AuditKind.REFUSAL);
            assertThat(event.getReasons().get(0)).contains(what).contains("expected");
        });
        tell(Reports.heartbeat(0.5, 3));
        driver.advanceWallClockTime(Duration.ofMillis(50));
        assertThat(snapshots())
                .as("what is true still counts")
                .singleElement()
                .satisfies(snapshot -> assertThat(snapshot.getQueueDepth()).isEqualTo(3));
    }
}
