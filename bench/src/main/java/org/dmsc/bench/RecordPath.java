package org.dmsc.bench;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.TaskSubmission;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.kafka.KafkaClients;
import org.dmsc.tenant.keys.EnvelopeCipher;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.keys.Parties;

/**
 * The way of a record from a gateway to whoever opens it, with the product's own classes: a submission and a payload of 1 KiB are put into an
 * envelope, written with acks=all, read back, and both parts are opened.
 */
final class RecordPath implements Workload {

    private static final int PARTITIONS = 4;
    private static final TenantId TENANT = new TenantId("bench");
    private static final String SENDER = "spiffe://bench.fabric.localhost/agent/caller";
    private static final byte[] PAYLOAD = new byte[1024];
    private static final Duration POLL = Duration.ofMillis(50);

    private final String name;
    private final String topic;
    private final Envelopes envelopes;
    private final AvroSerde<SealedEnvelope> serde;
    private final Producer<String, SealedEnvelope> producer;
    private final KafkaClients clients;
    private final Map<String, CompletableFuture<Void>> waiting = new ConcurrentHashMap<>();
    private final Thread reader;
    private volatile boolean open = true;

    RecordPath(String name, KafkaClients clients, Map<String, Object> admin, AvroCodec codec, EnvelopeCipher cipher)
            throws InterruptedException {
        this.name = name;
        this.clients = clients;
        this.topic = "bench.sealing." + Long.toHexString(System.nanoTime());
        this.envelopes = new Envelopes(cipher, codec);
        this.serde = new AvroSerde<>(codec, SealedEnvelope.class);
        makeTopic(admin);
        this.producer = clients.producer("bench-" + name, serde.serializer());
        this.reader = new Thread(this::read, "bench-" + name);
        this.reader.start();
    }

    private void makeTopic(Map<String, Object> client) throws InterruptedException {
        try (Admin admin = Admin.create(client)) {
            admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 1)))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new BenchException("topic " + topic + " could not be made", e);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public CompletionStage<Void> once() {
        String id = UUID.randomUUID().toString();
        CompletableFuture<Void> opened = new CompletableFuture<>();
        waiting.put(id, opened);
        long now = Clock.systemUTC().millis();
        SealedEnvelope routing = envelopes.seal(submission(id, now), TENANT, "tasks", id, Parties.from(SENDER), now);
        SealedEnvelope whole = envelopes.withPayload(routing, envelopes.payload(PAYLOAD, "application/json", routing));
        Future<RecordMetadata> unused = producer.send(new ProducerRecord<>(topic, id, whole), (written, failure) -> {
            if (failure != null) {
                opened.completeExceptionally(failure);
            }
        });
        return opened;
    }

    private static TaskSubmission submission(String id, long now) {
        return TaskSubmission.newBuilder()
                .setTaskId(id)
                .setContextId(id)
                .setMessageId(id)
                .setCallerTenant("bench")
                .setCallerAgent("caller")
                .setProtocol("internal")
                .setGateway("bench")
                .setIntent("Why is my invoice so high?")
                .setCreatedAt(now)
                .setDeadline(now + 60_000)
                .setAttemptTimeoutMs(60_000)
                .setMaxAttempts(1)
                .setRootTaskId(id)
                .setPayloadHmac("")
                .setIntentHmac("")
                .build();
    }

    private void read() {
        List<TopicPartition> all = IntStream.range(0, PARTITIONS)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
        try (Consumer<String, SealedEnvelope> consumer = clients.reader("bench-" + name, serde.deserializer())) {
            consumer.assign(all);
            consumer.seekToBeginning(all);
            while (open) {
                consumer.poll(POLL).forEach(found -> {
                    TaskSubmission routing = envelopes.routing(found.value(), TaskSubmission.class);
                    byte[] payload = envelopes.openPayload(found.value());
                    CompletableFuture<Void> opened = waiting.remove(routing.getTaskId());
                    if (opened != null && payload.length == PAYLOAD.length) {
                        opened.complete(null);
                    }
                });
            }
        }
    }

    @Override
    public void close() {
        open = false;
        producer.close(Duration.ofSeconds(5));
        try {
            reader.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
