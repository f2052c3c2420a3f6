package org.dmsc.node.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import org.dmsc.node.host.NodeFile;
import org.dmsc.schemas.TopicNames;
import org.dmsc.tenant.log.Checkpoint;
import org.dmsc.tenant.log.LogKeys;
import org.dmsc.tenant.log.LogOrigin;
import org.dmsc.tenant.log.NoteKey;
import org.dmsc.tenant.log.SignedNote;

/** The audit log as it is on Kafka: bytes and signatures, read past the fabric's own interface. */
final class AuditLog {

    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration WITHIN = Duration.ofSeconds(20);

    private final NodeFile node;

    AuditLog(NodeFile node) {
        this.node = node;
    }

    String origin(String tenant) {
        return new LogOrigin(node.domain(), LogOrigin.ONLY_REGION).of(tenant);
    }

    /** The keys that were given, else those in the keys folder of this machine. */
    List<NoteKey> keys(String tenant, List<String> given) {
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

    /** All checkpoints by tenant, unverified, oldest first. */
    Map<String, List<SignedNote>> checkpoints() {
        Map<String, List<SignedNote>> all = new TreeMap<>();
        read(
                TopicNames.AUDIT_CHECKPOINTS,
                found ->
                        all.computeIfAbsent(found.key(), t -> new ArrayList<>()).add(SignedNote.parse(found.value())));
        return all;
    }

    /** The newest checkpoint of a tenant that one of the keys signed. */
    SignedNote newest(String tenant, List<NoteKey> keys) {
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

    /** All committed records. */
    void records(Consumer<ConsumerRecord<String, byte[]>> each) {
        read(TopicNames.AUDIT, each);
    }

    private void read(String topic, Consumer<ConsumerRecord<String, byte[]>> each) {
        Map<String, Object> config = node.kafkaClient();
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        try (KafkaConsumer<String, byte[]> reader =
                new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = reader.partitionsFor(topic, WITHIN).stream()
                    .map(one -> new TopicPartition(topic, one.partition()))
                    .toList();
            reader.assign(partitions);
            reader.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = reader.endOffsets(partitions, WITHIN);
            while (partitions.stream().anyMatch(one -> reader.position(one, WITHIN) < ends.getOrDefault(one, 0L))) {
                reader.poll(POLL).forEach(each);
            }
        } catch (KafkaException e) {
            throw new NodeException(
                    ExitCode.UNREACHABLE, "topic " + topic + " at " + node.bootstrap() + " cannot be read: " + e, e);
        }
    }
}
