package org.dmsc.bench;

import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.dmsc.schemas.Lanes;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.AuditCandidate;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.registry.TopicSchemaRegistry;
import org.dmsc.schemas.serde.AuditLeaf;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.kafka.KafkaClients;
import org.dmsc.tenant.kafka.KafkaConnection;
import org.dmsc.tenant.log.Checkpoint;
import org.dmsc.tenant.log.SignedNote;

/** Events of one tenant that wait for the sequencer, and how far it and the signer are, as the broker knows it. */
final class AuditBacklog {

    private static final String SEQUENCER = "dmsc-audit";
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final int CANDIDATES = 2;

    private final Map<String, Object> client;
    private final String tenant;
    private final String run = Long.toHexString(System.nanoTime());

    AuditBacklog(Map<String, Object> client, String tenant) {
        this.client = client;
        this.tenant = tenant;
    }

    /** Writes so many decisions, each of the size of a usual one, and returns when the broker has them. */
    void write(int events) throws InterruptedException {
        Map<String, Object> config = new HashMap<>(client);
        config.put(ProducerConfig.LINGER_MS_CONFIG, 20);
        config.put(ProducerConfig.BATCH_SIZE_CONFIG, 256 * 1024);
        try (TopicSchemaRegistry registry = new TopicSchemaRegistry(clients().common("schemas"))) {
            registry.start();
            AvroSerde<AuditEvent> serde = new AvroSerde<>(new AvroCodec(registry), AuditEvent.class);
            try (Producer<String, AuditEvent> producer =
                    new KafkaProducer<>(config, new StringSerializer(), serde.serializer())) {
                long now = Clock.systemUTC().millis();
                for (int i = 0; i < events; i++) {
                    Future<RecordMetadata> unused = producer.send(
                            new ProducerRecord<>(TopicNames.AUDIT_INTAKE, tenant, decision(task(i), now)));
                }
                producer.flush();
            }
        }
    }

    /** The task of that event of the backlog. */
    String task(int number) {
        return run + "-" + number;
    }

    private KafkaClients clients() {
        Map<String, String> security = new HashMap<>();
        client.forEach((key, value) -> security.put(key, String.valueOf(value)));
        String bootstrap = String.valueOf(security.remove(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG));
        return new KafkaClients(new KafkaConnection(bootstrap, security, "bench"));
    }

    private AuditEvent decision(String id, long now) {
        return AuditEvent.newBuilder()
                .setEventId(id)
                .setTenant(tenant)
                .setTime(now)
                .setKind(AuditKind.DECISION)
                .setActor("spiffe://fabric.localhost/node/router/bench")
                .setNode("bench")
                .setTaskId(id)
                .setRootTaskId(id)
                .setAttempt(1)
                .setObject("spiffe://bench.fabric.localhost/agent/echo")
                .setSkill("echo")
                .setReasons(List.of("named by the caller"))
                .setCandidates(
                        IntStream.range(0, CANDIDATES).mapToObj(this::candidate).collect(Collectors.toList()))
                .setPayloadHmac("kyPYvsTeqIMnSYNTWcZnRUGq3kVwtvPDx6CLXOiuJqs")
                .build();
    }

    private AuditCandidate candidate(int number) {
        return AuditCandidate.newBuilder()
                .setTenant(tenant)
                .setAgent("echo-" + number)
                .setSkill("echo")
                .setScore(0.5)
                .setLoad(0.1)
                .setVerdict(number == 0 ? "chosen" : "more load")
                .build();
    }

    /** Waits until the sequencer has committed all that there is. */
    void awaitSequenced() throws InterruptedException {
        try (Admin admin = Admin.create(client)) {
            Map<TopicPartition, Long> ends = ends(admin, TopicNames.AUDIT_INTAKE);
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (!isPast(admin, ends)) {
                if (System.nanoTime() > deadline) {
                    throw new BenchException("sequencer: not done after " + PATIENCE.toSeconds() + " s");
                }
                TimeUnit.MILLISECONDS.sleep(100);
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new BenchException("sequencer: its offsets cannot be read", e);
        }
    }

    /** Where the tenant's log ends now. */
    long end() throws InterruptedException {
        try (Admin admin = Admin.create(client)) {
            Map<TopicPartition, Long> ends = ends(admin, TopicNames.AUDIT);
            return ends.getOrDefault(log(ends.size()), 0L);
        } catch (ExecutionException | TimeoutException e) {
            throw new BenchException("audit log: its end cannot be read", e);
        }
    }

    private TopicPartition log(int lanes) {
        return new TopicPartition(TopicNames.AUDIT, Lanes.of(tenant, lanes));
    }

    /** How fast the log grew from there: by the broker's clock, from the first record to the last. */
    double sequencedPerSecond(long from) throws InterruptedException {
        long[] time = {Long.MAX_VALUE, 0};
        long[] count = {0};
        read(ownLog(), from, found -> {
            time[0] = Math.min(time[0], found.timestamp());
            time[1] = Math.max(time[1], found.timestamp());
            count[0]++;
        });
        return count[0] * 1000.0 / Math.max(1, time[1] - time[0]);
    }

    private TopicPartition ownLog() throws InterruptedException {
        try (Admin admin = Admin.create(client)) {
            return log(ends(admin, TopicNames.AUDIT).size());
        } catch (ExecutionException | TimeoutException e) {
            throw new BenchException("audit log: it cannot be described", e);
        }
    }

    /** Waits until a checkpoint speaks for the last record. */
    void awaitSigned() throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        long leaves = leaves();
        while (signed() < leaves) {
            if (System.nanoTime() > deadline) {
                throw new BenchException("signer: not done after " + PATIENCE.toSeconds() + " s");
            }
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }

    private long leaves() throws InterruptedException {
        long[] last = {-1};
        read(ownLog(), 0, found -> {
            if (tenant.equals(found.key())) {
                last[0] = AuditLeaf.index(found.value()).orElse(last[0]);
            }
        });
        return last[0] + 1;
    }

    private long signed() {
        long[] size = {0};
        read(new TopicPartition(TopicNames.AUDIT_CHECKPOINTS, 0), 0, found -> {
            if (tenant.equals(found.key())) {
                size[0] = Checkpoint.of(SignedNote.parse(found.value())).tree().size();
            }
        });
        return size[0];
    }

    private void read(
            TopicPartition partition, long from, java.util.function.Consumer<ConsumerRecord<String, byte[]>> each) {
        Map<String, Object> config = new HashMap<>(client);
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 20_000);
        config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 8 * 1024 * 1024);
        try (KafkaConsumer<String, byte[]> reader =
                new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
            reader.assign(List.of(partition));
            reader.seek(partition, from);
            long end = reader.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            while (reader.position(partition) < end) {
                reader.poll(POLL).forEach(each);
            }
        }
    }

    private static boolean isPast(Admin admin, Map<TopicPartition, Long> ends)
            throws InterruptedException, ExecutionException, TimeoutException {
        Map<TopicPartition, OffsetAndMetadata> done = admin.listConsumerGroupOffsets(SEQUENCER)
                .partitionsToOffsetAndMetadata()
                .get(30, TimeUnit.SECONDS);
        return ends.entrySet().stream().allMatch(end -> {
            OffsetAndMetadata at = done.get(end.getKey());
            return end.getValue() == 0 || (at != null && at.offset() >= end.getValue());
        });
    }

    private static Map<TopicPartition, Long> ends(Admin admin, String topic)
            throws InterruptedException, ExecutionException, TimeoutException {
        int partitions = admin.describeTopics(List.of(topic))
                .allTopicNames()
                .get(30, TimeUnit.SECONDS)
                .values()
                .iterator()
                .next()
                .partitions()
                .size();
        Map<TopicPartition, ListOffsetsResultInfo> found = admin.listOffsets(IntStream.range(0, partitions)
                        .mapToObj(i -> new TopicPartition(topic, i))
                        .collect(Collectors.toMap(one -> one, one -> OffsetSpec.latest())))
                .all()
                .get(30, TimeUnit.SECONDS);
        Map<TopicPartition, Long> ends = new HashMap<>();
        found.forEach((partition, info) -> ends.put(partition, info.offset()));
        return ends;
    }
}
