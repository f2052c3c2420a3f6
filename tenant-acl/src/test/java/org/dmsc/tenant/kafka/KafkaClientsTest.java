package org.dmsc.tenant.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.admin.FabricTopics;
import org.dmsc.tenant.testing.Eventually;
import org.dmsc.tenant.testing.TestBroker;
import org.dmsc.tenant.testing.TestFabric;
import org.junit.jupiter.api.Test;

class KafkaClientsTest {

    @Test
    void readersSeeCommittedRecordsOnly() throws Exception {
        KafkaClients clients = topics("clients-1");
        TopicPartition partition = new TopicPartition("dmsc.clients-1.tasks", 0);
        try (Producer<String, String> producer =
                        clients.transactionalProducer("tx", "tx-clients-1", new StringSerializer());
                Consumer<String, String> reader = clients.reader("r", new StringDeserializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(partition.topic(), 0, "k", "aborted"))
                    .get(20, TimeUnit.SECONDS);
            producer.abortTransaction();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(partition.topic(), 0, "k", "committed"));
            producer.commitTransaction();

            reader.assign(List.of(partition));
            reader.seekToBeginning(List.of(partition));
            List<String> seen = new ArrayList<>();
            Eventually.await("the committed record", () -> {
                reader.poll(Duration.ofMillis(100)).forEach(found -> seen.add(found.value()));
                return !seen.isEmpty();
            });

            assertThat(seen).containsExactly("committed");
        }
    }

    @Test
    void groupMembersCommitOnlyWhatTheyAreTold() throws Exception {
        KafkaClients clients = topics("clients-2");
        TopicPartition partition = new TopicPartition("dmsc.clients-2.tasks", 0);
        try (Producer<String, String> producer = clients.producer("p", new StringSerializer())) {
            producer.send(new ProducerRecord<>(partition.topic(), 0, "k", "v")).get(20, TimeUnit.SECONDS);
        }
        try (Consumer<String, String> member =
                clients.groupConsumer("g", "group-clients-2", new StringDeserializer())) {
            member.subscribe(List.of(partition.topic()));
            Eventually.await(
                    "an assignment and the record",
                    () -> !member.poll(Duration.ofMillis(100)).isEmpty());
            assertThat(member.committed(java.util.Set.of(partition)).get(partition))
                    .isNull();

            member.commitSync(Map.of(partition, new OffsetAndMetadata(1, "clean")));

            assertThat(member.committed(java.util.Set.of(partition))
                            .get(partition)
                            .metadata())
                    .isEqualTo("clean");
        }
    }

    @Test
    void takesARecordOfTheLargestBody() throws Exception {
        KafkaClients clients = topics("clients-3");
        try (Producer<String, String> producer = clients.producer("p", new StringSerializer())) {
            String large = "x".repeat(11 * 1024 * 1024);

            long offset = producer.send(new ProducerRecord<>("dmsc.clients-3.tasks", 0, "k", large))
                    .get(30, TimeUnit.SECONDS)
                    .offset();

            assertThat(offset).isZero();
        }
    }

    @Test
    void namingATopicDoesNotMakeIt() {
        try (Consumer<String, String> reader = TestBroker.clients().reader("r", new StringDeserializer())) {
            assertThat(reader.partitionsFor("dmsc.nobody.tasks", Duration.ofSeconds(5)))
                    .isNullOrEmpty();
        }
    }

    @Test
    void streamsRunExactlyOnceAtTheMeasuredSettings() {
        Map<String, Object> config =
                new KafkaClients(KafkaConnection.plain("h:1", "n-")).streams("dmsc-router", Path.of("/tmp/x"));

        assertThat(config)
                .containsEntry("processing.guarantee", "exactly_once_v2")
                .containsEntry("commit.interval.ms", 1)
                .containsEntry("poll.ms", 1)
                .containsEntry("producer.linger.ms", 10)
                .containsEntry("producer.transaction.timeout.ms", 3000)
                .containsEntry("consumer.session.timeout.ms", 6000)
                .containsEntry("main.consumer.metadata.max.age.ms", 300)
                .containsEntry("main.consumer.fetch.max.wait.ms", 40)
                .containsEntry("group.protocol", "classic");
    }

    @Test
    void aConnectionShowsNoPasswordAndNeedsAServer() {
        KafkaConnection connection = new KafkaConnection("h:1", Map.of("ssl.key.password", "s3cret"), "n-");

        assertThat(connection.toString()).contains("ssl.key.password").doesNotContain("s3cret");
        assertThatThrownBy(() -> KafkaConnection.plain(" ", "n-")).isInstanceOf(IllegalArgumentException.class);
    }

    private static KafkaClients topics(String tenant) {
        KafkaClients clients = TestBroker.clients();
        try (Admin admin = clients.admin()) {
            FabricTopics.createTenant(admin, new TenantId(tenant), TestFabric.SHAPE);
        }
        return clients;
    }
}
