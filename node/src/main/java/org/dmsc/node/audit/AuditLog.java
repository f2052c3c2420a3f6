package org.dmsc.node.audit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import org.dmsc.node.host.NodeFile;
import org.dmsc.schemas.Lanes;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.TopicNames;
import org.dmsc.tenant.log.Checkpoint;
import org.dmsc.tenant.log.LogKeys;
import org.dmsc.tenant.log.LogOrigin;
import org.dmsc.tenant.log.NoteKey;
import org.dmsc.tenant.log.SignedNote;

/**
 * The audit log as it is on Kafka: bytes and signatures, read past the fabric's own interface. A batch is looked at while the next one is
 * fetched, in order, one at a time. Not thread-safe.
 */
public final class AuditLog {

    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration WITHIN = Duration.ofSeconds(20);
    private static final int BATCH_RECORDS = 20_000;
    private static final int BATCH_BYTES = 8 * 1024 * 1024;
    /** Nobody waits for what is yet to come: a fetch that is held at the log's end would only hold up the close, half a second by default. */
    private static final int FETCH_WAIT_MS = 5;

    private final NodeFile node;

    /** Of the fabric that the node belongs to, with its operator's credentials. */
    public AuditLog(NodeFile node) {
        this.node = node;
    }

    /** How far reading is. */
    public interface Progress {

        /** Nobody wants to know. */
        Progress NONE = (read, all) -> {};

        /** So many places of so many in the topic are read; transactions take some, so they are a little more than records. */
        void at(long read, long all);
    }

    /** What the log's checkpoints call it. */
    public String origin(String tenant) {
        return new LogOrigin(node.domain(), LogOrigin.ONLY_REGION).of(tenant);
    }

    /** The keys that were given, else those in the keys folder of this machine. */
    public List<NoteKey> keys(String tenant, List<String> given) {
        List<NoteKey> keys = given.isEmpty()
                ? LogKeys.verifiers(Path.of(node.keys()).resolve("audit"), origin(tenant))
                : given.stream()
                        .map(NoteKey::parse)
                        .filter(key -> key.name().equals(origin(tenant)))
                        .toList();
        if (keys.isEmpty()) {
            throw new NodeException(
                    ExitCode.USAGE,
                    "no key of " + origin(tenant) + " (expected " + node.keys()
                            + "/audit/signing.pub, or --key with what 'dmsc audit key' prints where the log is signed)");
        }
        return keys;
    }

    /** The keys with which the gateway of this machine signs receipts. */
    public List<NoteKey> receiptKeys() {
        Path folder = Path.of(node.keys()).resolve("audit").resolve("receipts");
        List<NoteKey> keys =
                LogKeys.verifiers(folder, new LogOrigin(node.domain(), LogOrigin.ONLY_REGION).receipts(node.node()));
        if (keys.isEmpty()) {
            throw new NodeException(
                    ExitCode.USAGE,
                    "no key for receipts in " + folder
                            + " (expected --key with what 'dmsc audit key --receipts' prints at the gateway)");
        }
        return keys;
    }

    /** Whose log that is. */
    public String tenantOf(String origin) {
        String[] parts = origin.split("/", -1);
        if (parts.length != 3 || !origin(parts[1]).equals(origin)) {
            throw new NodeException(
                    ExitCode.USAGE,
                    "log '" + Printable.of(origin) + "' is none of this fabric (expected " + origin("<tenant>") + ")");
        }
        return parts[1];
    }

    /** All checkpoints by tenant, unverified, oldest first. */
    public Map<String, List<SignedNote>> checkpoints() {
        Map<String, List<SignedNote>> all = new TreeMap<>();
        eachCheckpoint(found ->
                all.computeIfAbsent(found.key(), t -> new ArrayList<>()).add(SignedNote.parse(found.value())));
        return all;
    }

    /** All of them, in the order of the topic, the operator log's between the tenants'. */
    public void eachCheckpoint(Consumer<ConsumerRecord<String, byte[]>> each) {
        read(TopicNames.AUDIT_CHECKPOINTS, "", Progress.NONE, each);
    }

    /** The newest checkpoint of a tenant that one of the keys signed. */
    public SignedNote newest(String tenant, List<NoteKey> keys) {
        return checkpoints().getOrDefault(tenant, List.of()).stream()
                .filter(note -> keys.stream().anyMatch(note::isSignedBy))
                .reduce((a, b) -> Checkpoint.of(b).tree().size()
                                >= Checkpoint.of(a).tree().size()
                        ? b
                        : a)
                .orElseThrow(
                        () -> new NodeException(
                                ExitCode.REFUSED,
                                "no signed checkpoint of tenant '" + tenant
                                        + "' (expected one within a second after its first record; is the tenant's name right?)"));
    }

    /** All committed records of a tenant, in order; {@code ""}: of all tenants. */
    public void records(String tenant, Progress progress, Consumer<ConsumerRecord<String, byte[]>> each) {
        if (tenant.equals(LogOrigin.OPERATOR)) {
            // Its leaves are the checkpoints of the others.
            eachCheckpoint(found -> {
                if (!found.key().equals(LogOrigin.OPERATOR)) {
                    each.accept(found);
                }
            });
            return;
        }
        read(TopicNames.AUDIT, tenant, progress, found -> {
            if (found.key() != null && (tenant.isEmpty() || tenant.equals(found.key()))) {
                each.accept(found);
            }
        });
    }

    private void read(String topic, String key, Progress progress, Consumer<ConsumerRecord<String, byte[]>> each) {
        ExecutorService looking = Executors.newSingleThreadExecutor(work -> new Thread(work, "dmsc-audit-look"));
        try (KafkaConsumer<String, byte[]> reader =
                new KafkaConsumer<>(settings(), new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = partitions(reader, topic, key);
            reader.assign(partitions);
            reader.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = reader.endOffsets(partitions, WITHIN);
            long all = ends.values().stream().mapToLong(Long::longValue).sum();
            CompletableFuture<Void> batch = CompletableFuture.allOf();
            long read = 0;
            while (read < all) {
                ConsumerRecords<String, byte[]> next = reader.poll(POLL);
                batch.join();
                batch = CompletableFuture.runAsync(() -> next.forEach(each), looking);
                read = 0;
                for (TopicPartition one : partitions) {
                    read += Math.min(reader.position(one, WITHIN), ends.getOrDefault(one, 0L));
                }
                progress.at(read, all);
            }
            batch.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        } catch (KafkaException e) {
            throw new NodeException(
                    ExitCode.UNREACHABLE, "topic " + topic + " at " + node.bootstrap() + " cannot be read: " + e, e);
        } finally {
            looking.shutdownNow();
        }
    }

    /** A tenant's records are all in one partition. */
    private static List<TopicPartition> partitions(KafkaConsumer<String, byte[]> reader, String topic, String key) {
        int count = reader.partitionsFor(topic, WITHIN).size();
        return IntStream.range(0, count)
                .filter(partition -> key.isEmpty() || Lanes.of(key, count) == partition)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
    }

    private Map<String, Object> settings() {
        Map<String, Object> config = node.kafkaClient();
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, BATCH_RECORDS);
        config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, BATCH_BYTES);
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, FETCH_WAIT_MS);
        return config;
    }
}
