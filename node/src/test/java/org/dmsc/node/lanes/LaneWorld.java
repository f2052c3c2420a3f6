package org.dmsc.node.lanes;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.dmsc.bridge.core.assembly.BridgeCore;
import org.dmsc.bridge.core.assembly.BridgeParts;
import org.dmsc.bridge.core.assembly.BridgeSettings;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Lanes;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.schemas.avro.DeliveryKind;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.schemas.registry.TopicSchemaRegistry;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.admin.FabricShape;
import org.dmsc.tenant.admin.FabricTopics;
import org.dmsc.tenant.embed.Nearness;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.kafka.KafkaClients;
import org.dmsc.tenant.kafka.KafkaConnection;
import org.dmsc.tenant.keys.AesGcmEnvelopeCipher;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.keys.KeyClass;
import org.dmsc.tenant.keys.Parties;
import org.dmsc.tenant.keys.Pkcs12KeyVault;
import org.dmsc.tenant.keys.VaultAuditHmac;
import org.dmsc.tenant.policy.Admittance;
import org.dmsc.tenant.policy.Policies;
import org.dmsc.tenant.quota.QuotaGate;

/** A broker with one tenant, sealed records in and out, and gateways on it. The keys lie in a folder, so that another process can share them. */
final class LaneWorld implements AutoCloseable {

    static final TenantId ACME = new TenantId("acme");
    static final int LANES = 4;

    private static final char[] PASSWORD = "correct horse battery staple".toCharArray();

    final KnownTenants tenants = new KnownTenants();
    final KnownAgents agents = new KnownAgents();
    private final String bootstrap;
    private final KafkaClients clients;
    private final TopicSchemaRegistry registry;
    private final AvroCodec codec;
    private final Pkcs12KeyVault vault;
    private final Envelopes envelopes;
    private final Producer<String, SealedEnvelope> router;

    LaneWorld(String bootstrap, Path keys) {
        this.bootstrap = bootstrap;
        this.clients = new KafkaClients(KafkaConnection.plain(bootstrap, "test-"));
        this.registry = new TopicSchemaRegistry(clients.common("schemas"));
        this.codec = new AvroCodec(registry);
        this.vault = Pkcs12KeyVault.open(keys, PASSWORD, Set.of(KeyClass.ROUTING, KeyClass.PAYLOAD));
        this.envelopes = new Envelopes(new AesGcmEnvelopeCipher(vault, new SecureRandom(), Clock.systemUTC()), codec);
        this.router = clients.producer("router", new AvroSerde<>(codec, SealedEnvelope.class).serializer());
    }

    /** Topics and keys; once per world. */
    void create() {
        try (Admin admin = clients.admin()) {
            FabricShape shape = new FabricShape(LANES, (short) 1);
            FabricTopics.ensureSystem(admin, shape);
            FabricTopics.createTenant(admin, ACME, shape);
        }
        join();
        tenants.put(
                KnownTenants.active(ACME, vault.create(ACME, KeyClass.ROUTING), vault.create(ACME, KeyClass.PAYLOAD)));
    }

    /** Topics and keys are there already. */
    void join() {
        registry.start();
    }

    BridgeCore gateway(String name) {
        BridgeParts parts = new BridgeParts(
                new KafkaClients(KafkaConnection.plain(bootstrap, name + "-")),
                codec,
                envelopes,
                new VaultAuditHmac(vault),
                tenants,
                Policies.none(),
                Admittance.none(),
                QuotaGate.usual(),
                agents,
                FabricDomain.DEFAULT,
                Optional.empty(),
                Nearness.NONE,
                () -> UUID.randomUUID().toString(),
                new SimpleMeterRegistry(),
                Clock.systemUTC());
        BridgeCore core = new BridgeCore(parts, new BridgeSettings(name, LANES));
        core.start();
        return core;
    }

    static Delivery.Builder delivery(AgentRef agent) {
        String task = UUID.randomUUID().toString();
        long now = Clock.systemUTC().millis();
        return Delivery.newBuilder()
                .setDeliveryId(task + ".1")
                .setKind(DeliveryKind.TASK)
                .setTaskId(task)
                .setContextId("context")
                .setMessageId("message-" + task)
                .setAttempt(1)
                .setCallerTenant(ACME.value())
                .setCallerAgent("caller")
                .setAssigneeTenant(agent.tenant().value())
                .setAssigneeAgent(agent.agent().value())
                .setSkill("work")
                .setDeadline(now + 300_000)
                .setAttemptDeadline(now + 60_000)
                .setHops(0)
                .setAncestors(List.of())
                .setRootTaskId(task)
                .setTime(now);
    }

    /** As the router would: onto that lane of the inbox. */
    void write(Delivery delivery, int lane) {
        SealedEnvelope routing = envelopes.seal(
                delivery,
                ACME,
                Channel.INBOX.label(),
                delivery.getDeliveryId(),
                Parties.from("spiffe://platform.fabric.localhost/router/test"),
                delivery.getTime());
        byte[] message = "{\"messageId\":\"m\",\"role\":\"ROLE_USER\",\"parts\":[{\"text\":\"hello\"}]}"
                .getBytes(StandardCharsets.UTF_8);
        send(new ProducerRecord<>(
                Channel.INBOX.of(ACME),
                lane,
                delivery.getAssigneeAgent(),
                envelopes.withPayload(
                        routing, envelopes.payload(message, "application/a2a+json;type=message", routing))));
    }

    /** As router or an agent's bridge would. */
    void write(TaskEvent event, Optional<String> streamResponse) {
        SealedEnvelope routing = envelopes.seal(
                event, ACME, Channel.EVENTS.label(), event.getEventId(), Parties.from(event.getBy()), event.getTime());
        SealedEnvelope whole = streamResponse
                .map(json -> envelopes.withPayload(
                        routing,
                        envelopes.payload(
                                json.getBytes(StandardCharsets.UTF_8),
                                "application/a2a+json;type=stream-response",
                                routing)))
                .orElse(routing);
        send(new ProducerRecord<>(
                Channel.EVENTS.of(ACME), Lanes.of(event.getTaskId(), LANES), event.getTaskId(), whole));
    }

    KafkaClients clients() {
        return clients;
    }

    Envelopes envelopes() {
        return envelopes;
    }

    AvroSerde<SealedEnvelope> values() {
        return new AvroSerde<>(codec, SealedEnvelope.class);
    }

    private void send(ProducerRecord<String, SealedEnvelope> made) {
        try {
            router.send(made).get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        router.close();
        registry.close();
    }
}
