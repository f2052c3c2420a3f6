package org.dmsc.node.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real broker in this JVM, and one in another that is killed. */
@Timeout(120)
final class EmbeddedKafkaTest {

    private static final TopicPartition TOPIC = new TopicPartition("kept", 0);

    @TempDir
    Path folder;

    @Test
    void keepsRecordsOverARestart() throws Exception {
        try (EmbeddedKafka first = started(folder)) {
            createTopic(first.bootstrapServers());
            write(first.bootstrapServers(), "one");
        }

        try (EmbeddedKafka second = started(folder)) {
            write(second.bootstrapServers(), "two");

            assertThat(read(second.bootstrapServers(), 2)).containsExactly("one", "two");
        }
    }

    @Test
    void keepsAcknowledgedAndDropsUncommittedRecordsOverAKill() throws Exception {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledBroker.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(other.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(out.readLine()).isEqualTo("written");
        }
        other.destroyForcibly();
        assertThat(other.waitFor(10, TimeUnit.SECONDS)).isTrue();

        try (EmbeddedKafka broker = started(folder)) {
            write(broker.bootstrapServers(), "after");

            assertThat(read(broker.bootstrapServers(), 2)).containsExactly("acknowledged", "after");
        }
    }

    /** Writes one record, leaves a transaction open, and waits to be killed. */
    static final class KilledBroker {
        public static void main(String[] args) throws Exception {
            EmbeddedKafka broker = started(Path.of(args[0]));
            createTopic(broker.bootstrapServers());
            write(broker.bootstrapServers(), "acknowledged");
            KafkaProducer<String, String> open = new KafkaProducer<>(
                    Map.of(
                            "bootstrap.servers",
                            broker.bootstrapServers(),
                            "transactional.id",
                            "open",
                            "transaction.timeout.ms",
                            3000),
                    new StringSerializer(),
                    new StringSerializer());
            open.initTransactions();
            open.beginTransaction();
            open.send(new ProducerRecord<>(TOPIC.topic(), "uncommitted")).get();
            System.out.println("written");
            Thread.sleep(Duration.ofMinutes(5).toMillis());
        }
    }

    @Test
    void refusesAFolderThatIsInUse() {
        try (EmbeddedKafka first = started(folder)) {
            EmbeddedKafka second = new EmbeddedKafka(BrokerSettings.loopback(folder));

            assertThatThrownBy(second::start)
                    .isInstanceOfSatisfying(
                            NodeException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.IN_USE))
                    .hasMessageContaining(folder.toString())
                    .hasMessageContaining("process " + ProcessHandle.current().pid());
            assertThat(first.port()).isPositive();
        }
    }

    @Test
    void refusesAPortThatIsTakenAndLeavesTheFolderFree() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            EmbeddedKafka broker =
                    new EmbeddedKafka(new BrokerSettings(folder, "127.0.0.1", taken.getLocalPort(), Optional.empty()));

            assertThatThrownBy(broker::start)
                    .isInstanceOfSatisfying(
                            NodeException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.IN_USE))
                    .hasMessageContaining("kafka.port")
                    .hasMessageContaining(Integer.toString(taken.getLocalPort()));
        }
        assertThat(Files.exists(folder.resolve("meta.properties"))).isFalse();
        started(folder).close();
    }

    @Test
    void refusesToServeOtherMachinesInTheClear() {
        assertThatThrownBy(() -> new BrokerSettings(folder, "0.0.0.0", 0, Optional.empty()))
                .hasMessageContaining("0.0.0.0")
                .hasMessageContaining("kafka.tls");
    }

    static EmbeddedKafka started(Path folder) {
        EmbeddedKafka broker = new EmbeddedKafka(BrokerSettings.loopback(folder));
        long before = System.nanoTime();
        broker.start();
        System.err.println("broker started in " + (System.nanoTime() - before) / 1_000_000 + " ms");
        return broker;
    }

    private static void createTopic(String servers) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            admin.createTopics(List.of(new NewTopic(TOPIC.topic(), 1, (short) 1)))
                    .all()
                    .get();
        }
    }

    private static void write(String servers, String value) throws Exception {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", servers, "acks", "all"), new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(TOPIC.topic(), value)).get();
        }
    }

    /** Reads committed records until there are so many, at most 30 s. */
    private static List<String> read(String servers, int count) {
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", servers, "isolation.level", "read_committed"),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.assign(List.of(TOPIC));
            consumer.seekToBeginning(List.of(TOPIC));
            List<String> values = new ArrayList<>();
            long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (values.size() < count && System.nanoTime() < end) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                    values.add(record.value());
                }
            }
            return values;
        }
    }
}
