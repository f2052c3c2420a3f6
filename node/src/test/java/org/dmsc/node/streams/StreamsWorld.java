package org.dmsc.node.streams;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.dmsc.registry.RegistryApp;
import org.dmsc.registry.RegistrySettings;
import org.dmsc.router.RouterApp;
import org.dmsc.router.RouterSettings;
import org.dmsc.router.audit.AuditApp;
import org.dmsc.schemas.Lanes;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.schemas.avro.AgentChannel;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentReport;
import org.dmsc.schemas.avro.AgentReportKind;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.SkillRecord;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.schemas.avro.TaskEventKind;
import org.dmsc.schemas.avro.TaskStateName;
import org.dmsc.schemas.avro.TaskSubmission;
import org.dmsc.schemas.avro.TenantLimits;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.schemas.avro.TenantState;
import org.dmsc.schemas.registry.TopicSchemaRegistry;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.admin.FabricShape;
import org.dmsc.tenant.admin.FabricTopics;
import org.dmsc.tenant.directory.CapabilityIndex;
import org.dmsc.tenant.directory.Experiences;
import org.dmsc.tenant.directory.KafkaAgents;
import org.dmsc.tenant.directory.KafkaTenants;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.kafka.KafkaClients;
import org.dmsc.tenant.kafka.KafkaConnection;
import org.dmsc.tenant.keys.AesGcmEnvelopeCipher;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.keys.KeyClass;
import org.dmsc.tenant.keys.Parties;
import org.dmsc.tenant.keys.Pkcs12KeyVault;
import org.dmsc.tenant.policy.Policies;

/** A fabric without edges on a broker. */
final class StreamsWorld implements AutoCloseable {

    static final int LANES = 4;
    static final TenantId ACME = new TenantId("acme");
    static final String CLERK = "clerk";

    private static final String GATEWAY = "spiffe://platform.fabric.localhost/gateway/test";
    private static final Clock CLOCK = Clock.systemUTC();

    final KafkaClients clients;
    final KafkaAgents agents;
    final Envelopes envelopes;
    final AvroCodec codec;
    private final Path folder;
    private final TopicSchemaRegistry schemas;
    private final Pkcs12KeyVault vault;
    private final KafkaTenants tenants;
    private final CapabilityIndex index = new CapabilityIndex();
    private final Producer<String, byte[]> producer;
    private final AvroSerde<SealedEnvelope> values;

    StreamsWorld(String bootstrap, Path folder) {
        this.folder = folder;
        this.clients = new KafkaClients(KafkaConnection.plain(bootstrap, "streams-test-"));
        try (Admin admin = clients.admin()) {
            FabricTopics.ensureSystem(admin, new FabricShape(LANES, (short) 1));
        }
        this.schemas = new TopicSchemaRegistry(clients.common("schemas"));
        this.schemas.start();
        this.codec = new AvroCodec(schemas);
        this.values = new AvroSerde<>(codec, SealedEnvelope.class);
        this.vault = Pkcs12KeyVault.open(
                folder.resolve("keys"), "correct horse battery staple".toCharArray(), Set.of(KeyClass.values()));
        this.envelopes = new Envelopes(new AesGcmEnvelopeCipher(vault, new SecureRandom(), CLOCK), codec);
        this.tenants = new KafkaTenants(clients, codec);
        this.agents = new KafkaAgents(clients, codec, envelopes);
        this.agents.onChange(index::update);
        this.producer = clients.producer("test", new ByteArraySerializer());
        tenants.start();
        agents.start();
    }

    RouterApp router(String name) {
        return new RouterApp(
                clients,
                envelopes,
                codec,
                tenants,
                Policies.none(),
                agents,
                index,
                Experiences.NONE,
                CLOCK,
                new Random(),
                RouterSettings.defaults(folder.resolve(name), LANES, FabricDomain.DEFAULT, name));
    }

    RegistryApp registry() {
        return new RegistryApp(
                clients,
                envelopes,
                codec,
                CLOCK,
                RegistrySettings.defaults(folder.resolve("registry"), FabricDomain.DEFAULT, "registry-1"));
    }

    AuditApp audit() {
        return new AuditApp(clients, codec, tenant -> false, CLOCK, folder.resolve("audit"));
    }

    void createTenant() {
        createTenant(ACME);
    }

    void createTenant(TenantId id) {
        try (Admin admin = clients.admin()) {
            FabricTopics.createTenant(admin, id, new FabricShape(LANES, (short) 1));
        }
        TenantRecord tenant = TenantRecord.newBuilder()
                .setTenant(id.value())
                .setState(TenantState.ACTIVE)
                .setGeneration(1)
                .setCreatedAt(1)
                .setUpdatedAt(1)
                .setCaCertificates(List.of())
                .setTokenIssuer("https://" + id + ".fabric.localhost")
                .setTokenKeys("{}")
                .setRoutingKeyId(vault.create(id, KeyClass.ROUTING))
                .setPayloadKeyId(vault.create(id, KeyClass.PAYLOAD))
                .setLimits(TenantLimits.newBuilder().build())
                .build();
        send(new ProducerRecord<>(
                TopicNames.TENANTS,
                id.value(),
                new AvroSerde<>(codec, TenantRecord.class).serializer().serialize(TopicNames.TENANTS, tenant)));
    }

    void register() {
        register(ACME);
    }

    void register(TenantId tenant) {
        AgentReport report = AgentReport.newBuilder()
                .setReportId(UUID.randomUUID().toString())
                .setTenant(tenant.value())
                .setAgent(CLERK)
                .setKind(AgentReportKind.REGISTERED)
                .setTime(CLOCK.millis())
                .setRegistration(AgentRegistration.newBuilder()
                        .setCardJson("{}")
                        .setName(CLERK)
                        .setDescription("checks zebra invoices")
                        .setChannel(AgentChannel.A2A_HTTP)
                        .setUrl("https://localhost/clerk")
                        .setSkills(List.of(SkillRecord.newBuilder()
                                .setId("billing")
                                .setName("billing")
                                .setDescription("checks zebra invoices")
                                .setTags(List.of("money"))
                                .build()))
                        .setCapacity(10_000)
                        .build())
                .build();
        send(tenant, Channel.AGENTS, CLERK, seal(tenant, Channel.AGENTS, report, report.getReportId()));
    }

    String submit() {
        return submit(ACME);
    }

    String submit(TenantId tenant) {
        String id = UUID.randomUUID().toString();
        send(record(tenant, id));
        return id;
    }

    /** Without waiting for Kafka. */
    void flood(TenantId tenant, int tasks) {
        for (int i = 0; i < tasks; i++) {
            producer.send(record(tenant, UUID.randomUUID().toString()));
        }
        producer.flush();
    }

    private ProducerRecord<String, byte[]> record(TenantId tenant, String id) {
        long now = CLOCK.millis();
        TaskSubmission submission = TaskSubmission.newBuilder()
                .setTaskId(id)
                .setContextId("context")
                .setMessageId(id)
                .setCallerTenant(tenant.value())
                .setCallerAgent("caller")
                .setProtocol("a2a-http")
                .setGateway("test")
                .setSkill("billing")
                .setIntent("count the zebra invoices")
                .setCreatedAt(now)
                .setDeadline(now + 300_000)
                .setAttemptTimeoutMs(200_000)
                .setMaxAttempts(4)
                .setRootTaskId(id)
                .setPayloadHmac("p")
                .setIntentHmac("i")
                .build();
        String topic = Channel.TASKS.of(tenant);
        SealedEnvelope sealed = seal(tenant, Channel.TASKS, submission, id);
        return new ProducerRecord<>(
                topic, Lanes.of(id, LANES), id, values.serializer().serialize(topic, sealed));
    }

    /** As the assignee's bridge would. */
    void complete(Delivery delivery) {
        TaskEvent event = TaskEvent.newBuilder()
                .setEventId(delivery.getDeliveryId() + ".done")
                .setTaskId(delivery.getTaskId())
                .setContextId(delivery.getContextId())
                .setKind(TaskEventKind.AGENT_UPDATE)
                .setAttempt(delivery.getAttempt())
                .setState(TaskStateName.COMPLETED)
                .setBy(GATEWAY)
                .setTime(CLOCK.millis())
                .build();
        TenantId tenant = new TenantId(delivery.getCallerTenant());
        send(tenant, Channel.EVENTS, delivery.getTaskId(), seal(tenant, Channel.EVENTS, event, event.getEventId()));
    }

    SealedEnvelope open(byte[] value) {
        return values.deserializer().deserialize("", value);
    }

    private SealedEnvelope seal(TenantId tenant, Channel channel, SpecificRecord value, String messageId) {
        return envelopes.seal(value, tenant, channel.label(), messageId, Parties.from(GATEWAY), CLOCK.millis());
    }

    private void send(TenantId tenant, Channel channel, String key, SealedEnvelope envelope) {
        String topic = channel.of(tenant);
        send(new ProducerRecord<>(
                topic, Lanes.of(key, LANES), key, values.serializer().serialize(topic, envelope)));
    }

    private void send(ProducerRecord<String, byte[]> made) {
        try {
            producer.send(made).get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    static void awaitRunning(RouterApp app) throws InterruptedException {
        if (!app.awaitRunning(Duration.ofSeconds(60))) {
            throw new AssertionError("router does not run: " + app.state());
        }
    }

    @Override
    public void close() {
        agents.close();
        tenants.close();
        producer.close();
        schemas.close();
    }
}
