package org.dmsc.bench;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;
import org.dmsc.router.RouterApp;
import org.dmsc.router.RouterSettings;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Lanes;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.schemas.avro.TaskEventKind;
import org.dmsc.schemas.avro.TaskStateName;
import org.dmsc.schemas.avro.TaskSubmission;
import org.dmsc.schemas.registry.TopicSchemaRegistry;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.admin.FabricShape;
import org.dmsc.tenant.admin.FabricTopics;
import org.dmsc.tenant.directory.Agents;
import org.dmsc.tenant.directory.CapabilityIndex;
import org.dmsc.tenant.directory.Experiences;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.kafka.KafkaClients;
import org.dmsc.tenant.kafka.KafkaConnection;
import org.dmsc.tenant.keys.AesGcmEnvelopeCipher;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.keys.KeyClass;
import org.dmsc.tenant.keys.Parties;
import org.dmsc.tenant.keys.Pkcs12KeyVault;
import org.dmsc.tenant.policy.Policies;

/**
 * The product's router in this process, as the bare chain's application is, without edges: accepted tasks are sealed and written to its input
 * as a gateway does; its deliveries are read back and answered with a sealed COMPLETED of 1 KiB as the assignee's gateway does. A task is
 * done when the router's record of its outcome is committed.
 *
 * <pre>
 *   once ─▶ dmsc.bench.tasks ─▶ RouterApp ─▶ dmsc.bench.inbox ─▶ answers ─▶ dmsc.bench.events ─▶ RouterApp ─▶ audit-intake: OUTCOME ─▶ done
 * </pre>
 */
final class RouterAlone implements Workload {

    private static final FabricShape SHAPE = FabricShape.EMBEDDED;
    private static final TenantId TENANT = new TenantId("bench");
    private static final AgentRef AGENT = AgentRef.of("bench", "echo");
    private static final String CALLER = "spiffe://bench.fabric.localhost/agent/caller";
    private static final String ECHO = "spiffe://bench.fabric.localhost/agent/echo";
    private static final byte[] PAYLOAD = new byte[1024];
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Clock CLOCK = Clock.systemUTC();
    private static final long DEADLINE_MS = 300_000;

    private final KafkaClients clients;
    private final TopicSchemaRegistry schemas;
    private final Envelopes envelopes;
    private final AvroSerde<SealedEnvelope> values;
    private final Deserializer<AuditEvent> audits;
    private final Producer<String, SealedEnvelope> tasks;
    private final Producer<String, SealedEnvelope> events;
    private final RouterApp router;
    private final Map<String, CompletableFuture<Void>> waiting = new ConcurrentHashMap<>();
    private final List<Thread> threads;
    private volatile boolean open = true;

    private RouterAlone(Map<String, Object> kafka, Path folder) {
        this.clients = clients(kafka);
        this.schemas = new TopicSchemaRegistry(clients.common("schemas"));
        this.schemas.start();
        AvroCodec codec = new AvroCodec(schemas);
        Pkcs12KeyVault vault =
                Pkcs12KeyVault.open(folder.resolve("vault"), "bench".toCharArray(), Set.of(KeyClass.values()));
        OneAgent fleet =
                new OneAgent(AGENT, vault.create(TENANT, KeyClass.ROUTING), vault.create(TENANT, KeyClass.PAYLOAD));
        this.envelopes = envelopes(vault, codec);
        this.values = new AvroSerde<>(codec, SealedEnvelope.class);
        this.audits = new AvroSerde<>(codec, AuditEvent.class).deserializer();
        this.tasks = clients.producer(TENANT, values.serializer());
        this.events = clients.producer(TENANT, values.serializer());
        Agents agents = fleet.agents();
        CapabilityIndex index = new CapabilityIndex();
        index.follow(agents);
        this.router = new RouterApp(
                clients,
                envelopes(vault, codec),
                codec,
                fleet.tenants(),
                Policies.none(),
                agents,
                index,
                Experiences.NONE,
                CLOCK,
                new Random(),
                RouterSettings.defaults(folder.resolve("router"), SHAPE.lanes(), FabricDomain.DEFAULT, "bench"));
        this.threads = List.of(new Thread(this::answer, "router-answers"), new Thread(this::outcomes, "router-ends"));
    }

    /** Makes the topics, starts the router and waits until it carried one task. {@code kafka} holds bootstrap servers and security. */
    static RouterAlone start(Map<String, Object> kafka, Path folder) throws InterruptedException {
        try (Admin admin = Admin.create(kafka)) {
            FabricTopics.ensureSystem(admin, SHAPE);
            FabricTopics.createTenant(admin, TENANT, SHAPE);
        }
        RouterAlone alone = new RouterAlone(kafka, folder);
        alone.router.start();
        alone.threads.forEach(Thread::start);
        try {
            alone.once().toCompletableFuture().get(60, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            throw new BenchException(
                    "router: the first task was not done within 60 s, it is " + alone.router.state(), e);
        }
        return alone;
    }

    private static KafkaClients clients(Map<String, Object> kafka) {
        Map<String, String> security = new HashMap<>();
        kafka.forEach((key, value) -> security.put(key, String.valueOf(value)));
        String bootstrap = String.valueOf(security.remove(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG));
        return new KafkaClients(new KafkaConnection(bootstrap, security, "bench"));
    }

    /** Router and gateway are two processes in life: each has data keys of its own. */
    private static Envelopes envelopes(Pkcs12KeyVault vault, AvroCodec codec) {
        return new Envelopes(new AesGcmEnvelopeCipher(vault, new SecureRandom(), CLOCK), codec);
    }

    @Override
    public String name() {
        return "router alone";
    }

    @Override
    public CompletionStage<Void> once() {
        String id = UUID.randomUUID().toString();
        CompletableFuture<Void> done = new CompletableFuture<>();
        waiting.put(id, done);
        long now = CLOCK.millis();
        SealedEnvelope routing =
                envelopes.seal(submission(id, now), TENANT, Channel.TASKS.label(), id, new Parties(CALLER, ECHO), now);
        SealedEnvelope whole = envelopes.withPayload(
                routing, envelopes.payload(PAYLOAD, "application/a2a+json;type=message", routing));
        send(tasks, Channel.TASKS, id, whole, done);
        return done;
    }

    private static TaskSubmission submission(String id, long now) {
        return TaskSubmission.newBuilder()
                .setTaskId(id)
                .setContextId(id)
                .setMessageId(id)
                .setCallerTenant(TENANT.value())
                .setCallerAgent("caller")
                .setProtocol("a2a-http")
                .setGateway("bench")
                .setTargetTenant(AGENT.tenant().value())
                .setTargetAgent(AGENT.agent().value())
                .setIntent("Why is my invoice so high?")
                .setCreatedAt(now)
                .setDeadline(now + DEADLINE_MS)
                .setAttemptTimeoutMs(DEADLINE_MS)
                .setMaxAttempts(4)
                .setRootTaskId(id)
                .setPayloadHmac("kyPYvsTeqIMnSYNTWcZnRUGq3kVwtvPDx6CLXOiuJqs")
                .setIntentHmac("kyPYvsTeqIMnSYNTWcZnRUGq3kVwtvPDx6CLXOiuJqs")
                .build();
    }

    private static void send(
            Producer<String, SealedEnvelope> producer,
            Channel channel,
            String id,
            SealedEnvelope envelope,
            CompletableFuture<Void> done) {
        ProducerRecord<String, SealedEnvelope> made =
                new ProducerRecord<>(channel.of(TENANT), Lanes.of(id, SHAPE.lanes()), id, envelope);
        Future<RecordMetadata> unused = producer.send(made, (written, failure) -> {
            if (failure != null) {
                done.completeExceptionally(failure);
            }
        });
    }

    /** The assignee's gateway and its agent. */
    private void answer() {
        Deserializer<SealedEnvelope> sealed = values.deserializer();
        try (Consumer<String, SealedEnvelope> inbox = reader("answers", Channel.INBOX.of(TENANT), sealed)) {
            while (open) {
                inbox.poll(POLL).forEach(this::answer);
            }
        }
    }

    private void answer(ConsumerRecord<String, SealedEnvelope> found) {
        Delivery delivery = envelopes.routing(found.value(), Delivery.class);
        CompletableFuture<Void> done = waiting.get(delivery.getTaskId());
        if (done == null) {
            return;
        }
        TaskEvent event = TaskEvent.newBuilder()
                .setEventId(delivery.getDeliveryId() + ".done")
                .setTaskId(delivery.getTaskId())
                .setContextId(delivery.getContextId())
                .setKind(TaskEventKind.AGENT_UPDATE)
                .setAttempt(delivery.getAttempt())
                .setTime(CLOCK.millis())
                .setAssigneeTenant(delivery.getAssigneeTenant())
                .setAssigneeAgent(delivery.getAssigneeAgent())
                .setSkill(delivery.getSkill())
                .setDeliveryId(delivery.getDeliveryId())
                .setBy(ECHO)
                .setState(TaskStateName.COMPLETED)
                .setLatencyMs(1)
                .build();
        SealedEnvelope routing = envelopes.seal(
                event, TENANT, Channel.EVENTS.label(), event.getEventId(), new Parties(ECHO, CALLER), event.getTime());
        SealedEnvelope whole = envelopes.withPayload(
                routing, envelopes.payload(PAYLOAD, "application/a2a+json;type=stream-response", routing));
        send(events, Channel.EVENTS, delivery.getTaskId(), whole, done);
    }

    private void outcomes() {
        try (Consumer<String, AuditEvent> ends = reader("ends", TopicNames.AUDIT_INTAKE, audits)) {
            while (open) {
                ends.poll(POLL).forEach(found -> {
                    if (found.value().getKind() == AuditKind.OUTCOME) {
                        ended(found.value());
                    }
                });
            }
        }
    }

    private void ended(AuditEvent outcome) {
        CompletableFuture<Void> done = waiting.remove(String.valueOf(outcome.getTaskId()));
        if (done == null) {
            return;
        }
        if (TaskStateName.COMPLETED.name().equals(outcome.getState())) {
            done.complete(null);
        } else {
            done.completeExceptionally(new BenchException("router: a task ended as " + outcome.getState()));
        }
    }

    private <V> Consumer<String, V> reader(String name, String topic, Deserializer<V> deserializer) {
        List<TopicPartition> all = IntStream.range(0, SHAPE.lanes())
                .mapToObj(lane -> new TopicPartition(topic, lane))
                .toList();
        Consumer<String, V> consumer = clients.reader("bench-" + name, deserializer);
        consumer.assign(all);
        consumer.seekToBeginning(all);
        return consumer;
    }

    @Override
    public void close() {
        open = false;
        router.close();
        for (Thread thread : threads) {
            try {
                thread.join(TimeUnit.SECONDS.toMillis(5));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        tasks.close(Duration.ofSeconds(5));
        events.close(Duration.ofSeconds(5));
        schemas.close();
    }
}
