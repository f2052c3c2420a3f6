package org.dmsc.node.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.dmsc.node.audit.AuditLog;
import org.dmsc.node.audit.TopicCheck;
import org.dmsc.node.faults.AuditDisk.Stored;
import org.dmsc.node.host.NodeFile;
import org.dmsc.node.kafka.BrokerSettings;
import org.dmsc.node.kafka.EmbeddedKafka;
import org.dmsc.router.checkpoint.CheckpointSigner;
import org.dmsc.router.checkpoint.SignerSettings;
import org.dmsc.schemas.TopicNames;
import org.dmsc.tenant.admin.FabricShape;
import org.dmsc.tenant.admin.FabricTopics;
import org.dmsc.tenant.kafka.KafkaClients;
import org.dmsc.tenant.kafka.KafkaConnection;
import org.dmsc.tenant.keys.SecretFile;
import org.dmsc.tenant.log.Checkpoint;
import org.dmsc.tenant.log.Frontier;
import org.dmsc.tenant.log.Hash;
import org.dmsc.tenant.log.LogKeys;
import org.dmsc.tenant.log.LogOrigin;
import org.dmsc.tenant.log.SignedNote;
import org.dmsc.tenant.log.TreeHead;
import org.dmsc.tenant.log.Verdict;
import org.dmsc.tenant.log.Verdict.Tampered;
import org.dmsc.tenant.log.Verdict.Whole;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Root on the disk of a stopped broker: eight tenants, one attack on each log but the last, one restart. Signed at 4, 8 and 10 leaves. */
class TamperingIT {

    private static final LogOrigin ORIGIN = new LogOrigin("dmsc.test", LogOrigin.ONLY_REGION);
    private static final List<String> TENANTS =
            List.of("flip", "delete", "insert", "swap", "truncate", "rollback", "reseal", "untouched");
    private static final int LEAVES = 10;
    private static final int[] SIGNED = {4, 8, 10};
    private static final int AT = 5;
    private static final Duration MOST = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private static byte[] leaf(int index, int content) {
        return ByteBuffer.allocate(10)
                .put((byte) 0)
                .putInt(7)
                .put((byte) (index << 1))
                .putInt(content)
                .array();
    }

    private static TreeHead head(int size, int content) {
        Frontier tree = new Frontier();
        IntStream.range(0, size).forEach(i -> tree.add(Hash.leaf(leaf(i, content))));
        return new TreeHead(size, tree.root());
    }

    private LogKeys keys(String name) {
        return LogKeys.openOrCreate(folder.resolve(name).resolve("audit"), new SecureRandom());
    }

    private byte[] note(String tenant, TreeHead head, LogKeys keys) {
        String origin = ORIGIN.of(tenant);
        return SignedNote.sign(new Checkpoint(origin, head).text(), keys.signers(origin))
                .bytes();
    }

    @Test
    @DisplayName(
            "cases 91, 92: flipped, deleted, inserted, swapped, cut off, rolled back, sealed anew: each is found and named")
    void eachAttackOnTheDiskIsFoundAndNamed() throws Exception {
        BrokerSettings settings = BrokerSettings.loopback(folder.resolve("kafka"));
        try (EmbeddedKafka kafka = new EmbeddedKafka(settings)) {
            kafka.start();
            write(kafka.bootstrapServers());
        }
        rememberHeads();
        attackTheLog(disk(TopicNames.AUDIT));
        attackTheCheckpoints(disk(TopicNames.AUDIT_CHECKPOINTS));

        try (EmbeddedKafka kafka = new EmbeddedKafka(settings)) {
            kafka.start();
            judge(kafka.bootstrapServers());
        }
    }

    private void write(String bootstrap) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap));
                // Without ids of a producer, so that there is nothing else on the disk to be brought into line.
                Producer<String, byte[]> producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", bootstrap, "enable.idempotence", "false", "acks", "all"),
                        new StringSerializer(),
                        new ByteArraySerializer())) {
            FabricTopics.ensureSystem(admin, new FabricShape(1, (short) 1));
            LogKeys keys = keys("keys");
            for (String tenant : TENANTS) {
                for (int i = 0; i < LEAVES; i++) {
                    var unused = producer.send(new ProducerRecord<>(TopicNames.AUDIT, 0, tenant, leaf(i, 1)));
                }
                for (int size : SIGNED) {
                    var unused = producer.send(new ProducerRecord<>(
                            TopicNames.AUDIT_CHECKPOINTS, 0, tenant, note(tenant, head(size, 1), keys)));
                }
            }
            producer.flush();
        }
    }

    /** What the signer wrote beside its keys, which are not on the broker's disk. */
    private void rememberHeads() throws Exception {
        Map<String, String> heads = new TreeMap<>();
        LogKeys keys = keys("keys");
        TENANTS.forEach(tenant ->
                heads.put(tenant, new String(note(tenant, head(LEAVES, 1), keys), StandardCharsets.UTF_8)));
        SecretFile.write(folder.resolve("keys/audit/heads.json"), new ObjectMapper().writeValueAsBytes(heads));
    }

    private AuditDisk disk(String topic) throws Exception {
        try (Stream<Path> all = Files.walk(folder.resolve("kafka"))) {
            return new AuditDisk(
                    all.filter(path -> path.getFileName().toString().equals(topic + "-0"))
                            .findFirst()
                            .orElseThrow());
        }
    }

    private static void attackTheLog(AuditDisk disk) throws Exception {
        disk.rewrite(records -> {
            List<Stored> after = new ArrayList<>();
            for (String tenant : TENANTS) {
                List<Stored> log = new ArrayList<>(records.stream()
                        .filter(record -> record.key().equals(tenant))
                        .toList());
                assertThat(log).hasSize(LEAVES);
                attack(tenant, log);
                after.addAll(log);
            }
            return after;
        });
    }

    private static void attack(String tenant, List<Stored> log) {
        switch (tenant) {
            case "flip" -> log.set(AT, new Stored(tenant, leaf(AT, 2)));
            case "delete" -> log.remove(AT);
            case "insert" -> log.add(AT + 1, new Stored(tenant, leaf(AT, 2)));
            case "swap" -> log.add(AT, log.remove(AT + 1));
            case "truncate" -> log.subList(7, LEAVES).clear();
            case "rollback" -> log.subList(8, LEAVES).clear();
            case "reseal" -> IntStream.range(0, LEAVES).forEach(i -> log.set(i, new Stored(tenant, leaf(i, 3))));
            default -> assertThat(tenant).isEqualTo("untouched");
        }
    }

    private void attackTheCheckpoints(AuditDisk disk) throws Exception {
        LogKeys others = keys("others");
        disk.rewrite(records -> {
            List<Stored> after = new ArrayList<>();
            for (Stored record : records) {
                long size =
                        Checkpoint.of(SignedNote.parse(record.value())).tree().size();
                if (record.key().equals("reseal")) {
                    after.add(new Stored("reseal", note("reseal", head((int) size, 3), others)));
                } else if (!record.key().equals("rollback") || size <= 8) {
                    after.add(record);
                }
            }
            return after;
        });
    }

    private void judge(String bootstrap) {
        String keys = folder.resolve("keys").toString();
        NodeFile node = new NodeFile(
                "n",
                1,
                List.of("broker"),
                "dmsc.test",
                0,
                "",
                0,
                "",
                0,
                bootstrap,
                false,
                keys,
                keys,
                keys,
                "",
                0,
                "test");
        Map<String, Verdict> verdicts =
                new TopicCheck(new AuditLog(node), List.of()).verdicts("", AuditLog.Progress.NONE);

        assertThat(verdicts)
                .containsOnlyKeys(Stream.concat(TENANTS.stream(), Stream.of(LogOrigin.OPERATOR))
                        .toList());
        // A changed leaf lies between two checkpoints; the rest says itself what index it has.
        assertFound(verdicts.get("flip"), 4, 7);
        assertFound(verdicts.get("delete"), AT, AT);
        assertFound(verdicts.get("insert"), AT + 1, AT + 1);
        assertFound(verdicts.get("swap"), AT, AT);
        assertFound(verdicts.get("truncate"), 7, 7);
        assertThat(verdicts.get("reseal")).isInstanceOf(Tampered.class);
        assertThat(verdicts.get("untouched")).isInstanceOf(Whole.class);
        // The topics alone cannot know of what both have lost: the signer's file does, and anybody with the checkpoint.
        assertThat(verdicts.get("rollback")).isInstanceOf(Whole.class);
        try (CheckpointSigner signer = signer(bootstrap)) {
            signer.start();
            long deadline = System.nanoTime() + MOST.toNanos();
            while (!signer.state().startsWith("FROZEN")) {
                assertThat(System.nanoTime()).as(signer.state()).isLessThan(deadline);
                LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
            }
            assertThat(signer.metrics()).containsEntry("frozen", TENANTS.size() - 1L);
            assertThat(signer.state()).contains("rollback").doesNotContain("untouched");
        }
    }

    private CheckpointSigner signer(String bootstrap) {
        return new CheckpointSigner(
                new KafkaClients(new KafkaConnection(bootstrap, Map.of(), "test-")),
                new SignerSettings("node", ORIGIN, keys("keys"), folder.resolve("keys/audit/heads.json")),
                Clock.systemUTC());
    }

    private static void assertFound(Verdict verdict, long first, long latest) {
        assertThat(verdict).isInstanceOf(Tampered.class);
        assertThat(Arrays.asList(((Tampered) verdict).first(), ((Tampered) verdict).latest()))
                .as(verdict.toString())
                .containsExactly(first, latest);
    }
}
