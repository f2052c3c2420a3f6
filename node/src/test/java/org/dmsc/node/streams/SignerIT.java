package org.dmsc.node.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import javax.management.ObjectName;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.dmsc.node.kafka.BrokerSettings;
import org.dmsc.node.kafka.EmbeddedKafka;
import org.dmsc.router.checkpoint.CheckpointSigner;
import org.dmsc.router.checkpoint.SignerSettings;
import org.dmsc.schemas.TopicNames;
import org.dmsc.tenant.admin.FabricShape;
import org.dmsc.tenant.admin.FabricTopics;
import org.dmsc.tenant.kafka.KafkaClients;
import org.dmsc.tenant.kafka.KafkaConnection;
import org.dmsc.tenant.log.Checkpoint;
import org.dmsc.tenant.log.Frontier;
import org.dmsc.tenant.log.Hash;
import org.dmsc.tenant.log.HeadsLog;
import org.dmsc.tenant.log.LogKeys;
import org.dmsc.tenant.log.LogOrigin;
import org.dmsc.tenant.log.SignedNote;
import org.dmsc.tenant.log.TreeHead;
import org.dmsc.tenant.log.Verdict;
import org.dmsc.tenant.log.Verdict.Whole;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The signer on a real broker: aborted transactions, a restart, a second signer, a file of yesterday. */
class SignerIT {

    private static final LogOrigin ORIGIN = new LogOrigin("dmsc.test", LogOrigin.ONLY_REGION);
    private static final int COMMITS = 10;
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

    private static TreeHead head(byte[]... leaves) {
        Frontier tree = new Frontier();
        Arrays.stream(leaves).map(Hash::leaf).forEach(tree::add);
        return new TreeHead(leaves.length, tree.root());
    }

    private static void until(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + MOST.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + MOST.toSeconds() + " s: " + what);
            }
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
    }

    @Test
    @DisplayName(
            "cases 92, 93, 94, 108: only what is committed is signed, by one signer, and a rolled back file freezes the log")
    void cases_92_93_94_signsOnlyWhatIsCommittedAndExtends() throws Exception {
        try (EmbeddedKafka kafka = new EmbeddedKafka(BrokerSettings.loopback(folder.resolve("kafka")))) {
            kafka.start();
            KafkaClients clients = new KafkaClients(new KafkaConnection(kafka.bootstrapServers(), Map.of(), "test-"));
            try (Admin admin = clients.admin()) {
                FabricTopics.ensureSystem(admin, new FabricShape(2, (short) 1));
            }
            try (CommittedRecords heads = new CommittedRecords(clients, TopicNames.AUDIT_CHECKPOINTS, 1, found -> {});
                    Producer<String, byte[]> sequencer =
                            clients.transactionalProducer("sequencer", "test-sequencer", new ByteArraySerializer())) {
                sequencer.initTransactions();
                run(clients, heads, sequencer);
                case_108_whatIsAcknowledgedIsOnTheDisk(sequencer);
            }
        }
    }

    private void run(KafkaClients clients, CommittedRecords heads, Producer<String, byte[]> sequencer)
            throws Exception {
        Path file = folder.resolve("audit/heads.json");
        CheckpointSigner first = signer(clients);
        first.start();
        write(sequencer, List.of(leaf(0, 1), leaf(1, 1)));
        until("two leaves are signed", () -> newest(heads).size() == 2);

        sequencer.beginTransaction();
        var unused = sequencer.send(new ProducerRecord<>(TopicNames.AUDIT, 0, "acme", leaf(2, 666)));
        sequencer.flush();
        sequencer.abortTransaction();
        write(sequencer, List.of(leaf(2, 1)));
        until("the index of the aborted leaf is used again", () -> newest(heads).size() == 3);
        assertThat(newest(heads)).isEqualTo(head(leaf(0, 1), leaf(1, 1), leaf(2, 1)));
        byte[] yesterday = Files.readAllBytes(file);

        CheckpointSigner second = signer(clients);
        second.start();
        until("the second one signs", () -> second.state().equals("signs"));
        write(sequencer, List.of(leaf(3, 1)));
        until("four leaves are signed", () -> newest(heads).size() == 4);
        until("the first one noticed", () -> !first.healthy());
        until(
                "the operator log has all four checkpoints",
                () -> operator(heads) instanceof Whole whole
                        && whole.covered() == ofAcme(heads).size());
        first.close();
        second.close();
        long roots = ofAcme(heads).stream()
                .map(found -> checkpoint(found.value()).tree())
                .distinct()
                .count();
        assertThat(roots)
                .as("roots, one per size")
                .isEqualTo(ofAcme(heads).stream()
                        .map(found -> checkpoint(found.value()).tree().size())
                        .distinct()
                        .count());

        Files.write(file, yesterday);
        try (CheckpointSigner third = signer(clients)) {
            third.start();
            until("the third one refuses", () -> third.metrics().get("frozen") == 1);
            assertThat(third.healthy()).isFalse();
        }
    }

    /** Case 108: with one broker each acknowledged batch of the log was forced to disk before, so that a power cut takes none. */
    private static void case_108_whatIsAcknowledgedIsOnTheDisk(Producer<String, byte[]> sequencer) throws Exception {
        long before = flushes();
        for (int i = 0; i < COMMITS; i++) {
            write(sequencer, List.of(leaf(4 + i, 1)));
        }

        assertThat(flushes() - before)
                .as("times that the broker forced a log to disk")
                .isGreaterThanOrEqualTo(COMMITS);
    }

    private static long flushes() throws Exception {
        return (Long) ManagementFactory.getPlatformMBeanServer()
                .getAttribute(new ObjectName("kafka.log:type=LogFlushStats,name=LogFlushRateAndTimeMs"), "Count");
    }

    private CheckpointSigner signer(KafkaClients clients) {
        LogKeys keys = LogKeys.openOrCreate(folder.resolve("audit"), new SecureRandom());
        return new CheckpointSigner(
                clients,
                new SignerSettings("node", ORIGIN, keys, folder.resolve("audit/heads.json")),
                Clock.systemUTC());
    }

    private static void write(Producer<String, byte[]> sequencer, List<byte[]> leaves) {
        sequencer.beginTransaction();
        for (byte[] leaf : leaves) {
            var unused = sequencer.send(new ProducerRecord<>(TopicNames.AUDIT, 0, "acme", leaf));
        }
        sequencer.commitTransaction();
    }

    private static List<ConsumerRecord<String, byte[]>> ofAcme(CommittedRecords heads) {
        return heads.all().stream().filter(found -> found.key().equals("acme")).toList();
    }

    private static Verdict operator(CommittedRecords heads) {
        HeadsLog log = new HeadsLog();
        heads.all().forEach(found -> {
            if (found.key().equals(LogOrigin.OPERATOR)) {
                log.head(checkpoint(found.value()).tree());
            } else {
                log.leaf(found.value());
            }
        });
        return log.verdict();
    }

    private TreeHead newest(CommittedRecords heads) {
        TreeHead newest = new TreeHead(0, Hash.EMPTY);
        for (var found : ofAcme(heads)) {
            SignedNote note = SignedNote.parse(found.value());
            assertThat(note.isSignedBy(LogKeys.verifiers(folder.resolve("audit"), ORIGIN.of("acme"))
                            .get(0)))
                    .isTrue();
            newest = Checkpoint.of(note).tree();
        }
        return newest;
    }

    private static Checkpoint checkpoint(byte[] note) {
        return Checkpoint.of(SignedNote.parse(note));
    }
}
