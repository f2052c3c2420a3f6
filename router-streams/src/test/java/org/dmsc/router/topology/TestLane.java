package org.dmsc.router.topology;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.dmsc.router.decide.AgentSelector;
import org.dmsc.router.decide.SelectionPolicy;
import org.dmsc.router.run.CommitPace;
import org.dmsc.router.run.ReadMarks;
import org.dmsc.router.task.Names;
import org.dmsc.router.task.Patience;
import org.dmsc.router.testing.FakeDirectory;
import org.dmsc.router.testing.Make;
import org.dmsc.router.testing.MemoryRegistry;
import org.dmsc.router.testing.MemoryVault;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.schemas.avro.AgentReport;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.DeadLetter;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.SealedPart;
import org.dmsc.schemas.avro.TaskCancel;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.schemas.avro.TaskEventKind;
import org.dmsc.schemas.avro.TaskStateName;
import org.dmsc.schemas.avro.TaskSubmission;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.directory.Experiences;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.keys.AesGcmEnvelopeCipher;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.keys.Parties;
import org.dmsc.tenant.policy.Policies;

/** A router of one lane in a test driver, with real sealing. */
final class TestLane implements AutoCloseable {

    static final TenantId ACME = new TenantId("acme");
    static final String GATEWAY = "spiffe://platform.fabric.localhost/gateway/gw-1";
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(Make.NOW), java.time.ZoneOffset.UTC);

    final FakeDirectory directory = new FakeDirectory();
    final MemoryVault vault = new MemoryVault();
    final AvroCodec codec = new AvroCodec(new MemoryRegistry());
    final Envelopes envelopes = new Envelopes(new AesGcmEnvelopeCipher(vault, new SecureRandom(), CLOCK), codec);
    final RouterCounters counters = new RouterCounters();
    final TopologyTestDriver driver;
    private final AvroSerde<SealedEnvelope> serde = new AvroSerde<>(codec, SealedEnvelope.class);

    Experiences experiences = Experiences.NONE;
    Policies policies = Policies.none();

    TestLane() {
        InFlight inFlight = new InFlight(1);
        Candidates candidates = new Candidates(
                directory.tenants(),
                tenant -> policies.of(tenant),
                directory.agents(),
                directory.index,
                tenant -> experiences.of(tenant),
                inFlight);
        candidates.start();
        driver = new TopologyTestDriver(
                topology(
                        envelopes,
                        codec,
                        candidates,
                        directory,
                        new RouterParts.Sharing(1, inFlight, counters, new CommitPace(), new ReadMarks())),
                config(),
                CLOCK.instant());
        directory.put(Make.tenant("acme"));
        // From its first record on, the driver treats the topic as one that is read and hands back what is written to
        // it.
        event(event("first", 0, TaskEventKind.CANARY).build());
    }

    static Topology topology(
            Envelopes envelopes,
            AvroCodec codec,
            Candidates candidates,
            FakeDirectory directory,
            RouterParts.Sharing sharing) {
        RouterParts.Rules rules = new RouterParts.Rules(
                new AgentSelector(SelectionPolicy.DEFAULT),
                Names.of(FabricDomain.DEFAULT, "node-1"),
                Patience.DEFAULT,
                new Random(1),
                Duration.ofMillis(20));
        RouterParts parts = RouterParts.of(envelopes, codec, rules, candidates, directory.agents(), sharing);
        return new RouterTopology(TopicNames.ROUTER_SOURCE, parts).build();
    }

    private static Properties config() {
        Properties properties = new Properties();
        properties.putAll(Map.of(
                "application.id", "test-" + UUID.randomUUID(),
                "bootstrap.servers", "nowhere:1",
                "state.dir", System.getProperty("java.io.tmpdir") + "/dmsc-router-test-" + UUID.randomUUID()));
        return properties;
    }

    void submit(TaskSubmission submission, String payload) {
        SealedEnvelope routing = seal(submission, Channel.TASKS, submission.getMessageId());
        SealedPart sealed = envelopes.payload(
                payload.getBytes(StandardCharsets.UTF_8), "application/a2a+json;type=message", routing);
        write(Channel.TASKS, submission.getTaskId(), envelopes.withPayload(routing, sealed));
    }

    void submit(TaskSubmission submission) {
        submit(submission, "{\"payload\":true}");
    }

    void cancel(String taskId, String by) {
        TaskCancel cancel = TaskCancel.newBuilder()
                .setTaskId(taskId)
                .setCallerTenant("acme")
                .setCallerAgent(by)
                .setTime(Make.NOW)
                .build();
        write(Channel.TASKS, taskId, seal(cancel, Channel.TASKS, "cancel-" + taskId));
    }

    /** An answer of an agent. */
    void update(String taskId, int attempt, TaskStateName state) {
        event(event(taskId, attempt, TaskEventKind.AGENT_UPDATE).setState(state).build());
    }

    void event(TaskEvent event) {
        write(Channel.EVENTS, event.getTaskId(), seal(event, Channel.EVENTS, event.getEventId()));
    }

    static TaskEvent.Builder event(String taskId, int attempt, TaskEventKind kind) {
        return TaskEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setTaskId(taskId)
                .setContextId("context")
                .setKind(kind)
                .setAttempt(attempt)
                .setBy(GATEWAY)
                .setTime(Make.NOW);
    }

    SealedEnvelope seal(SpecificRecord value, Channel channel, String messageId) {
        return envelopes.seal(value, ACME, channel.label(), messageId, Parties.from(GATEWAY), Make.NOW);
    }

    void write(Channel channel, String key, SealedEnvelope envelope) {
        writeRaw(channel, key, serde.serializer().serialize(channel.of(ACME), envelope));
    }

    void writeRaw(Channel channel, String key, byte[] value) {
        driver.createInputTopic(channel.of(ACME), new StringSerializer(), new ByteArraySerializer())
                .pipeInput(key, value, driverNow());
    }

    private Instant driverNow() {
        return Instant.ofEpochMilli(Make.NOW);
    }

    /** What the router wrote on the events topic since the last call; the driver has handed it back to the router already. */
    List<TaskEvent> events() {
        return values(Channel.EVENTS.of(ACME)).stream()
                .map(value -> envelopes.routing(envelope(value), TaskEvent.class))
                .toList();
    }

    /** The same, sealed as it stands on the topic. */
    List<SealedEnvelope> eventEnvelopes() {
        return values(Channel.EVENTS.of(ACME)).stream().map(this::envelope).toList();
    }

    List<Delivery> inbox(String tenant) {
        return inboxEnvelopes(tenant).stream()
                .map(envelope -> envelopes.routing(envelope, Delivery.class))
                .toList();
    }

    List<SealedEnvelope> inboxEnvelopes(String tenant) {
        return values(Channel.INBOX.of(new TenantId(tenant))).stream()
                .map(this::envelope)
                .toList();
    }

    List<AgentReport> reports(String tenant) {
        return values(Channel.AGENTS.of(new TenantId(tenant))).stream()
                .map(value -> envelopes.routing(envelope(value), AgentReport.class))
                .toList();
    }

    List<DeadLetter> dead() {
        return values(Channel.DEAD.of(ACME)).stream()
                .map(value -> envelopes.routing(envelope(value), DeadLetter.class))
                .toList();
    }

    List<AuditEvent> audit() {
        return values(TopicNames.AUDIT_INTAKE).stream()
                .map(value ->
                        new AvroSerde<>(codec, AuditEvent.class).deserializer().deserialize("", value))
                .toList();
    }

    List<byte[]> values(String topic) {
        return output(topic).readValuesToList();
    }

    TestOutputTopic<String, byte[]> output(String topic) {
        return driver.createOutputTopic(topic, new StringDeserializer(), new ByteArrayDeserializer());
    }

    SealedEnvelope envelope(byte[] value) {
        return serde.deserializer().deserialize("", value);
    }

    void pass(Duration time) {
        driver.advanceWallClockTime(time);
    }

    @Override
    public void close() {
        driver.close();
    }
}
