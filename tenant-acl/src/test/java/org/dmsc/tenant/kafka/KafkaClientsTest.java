package org.dmsc.tenant.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.admin.FabricTopics;
import org.dmsc.tenant.streams.RunnerConfig;
import org.dmsc.tenant.testing.Eventually;
import org.dmsc.tenant.testing.TestBroker;
import org.dmsc.tenant.testing.TestFabric;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaClientsTest {

    @TempDir
    Path folder;

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
                new KafkaClients(KafkaConnection.plain("h:1", "n-")).streams("dmsc-router", folder);

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

    @Test
    void whoComesBackToItsFolderTakesItsPlaceInTheGroup() throws Exception {
        KafkaClients clients = topics("clients-5");
        try (Producer<String, String> producer = clients.producer("p", new StringSerializer());
                Admin admin = clients.admin()) {
            String first = workedBy(clients, producer, admin, "one");
            String second = workedBy(clients, producer, admin, "two");

            assertThat(second).isEqualTo(first);
        }
    }

    /** One life of an application, until it has seen a record; it ends as a kill would end it: without a word to the group. */
    private String workedBy(KafkaClients clients, Producer<String, String> producer, Admin admin, String record)
            throws Exception {
        Set<String> seen = ConcurrentHashMap.newKeySet();
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream("dmsc.clients-5.tasks", Consumed.with(Serdes.String(), Serdes.String()))
                .foreach((key, value) -> seen.add(value));
        Map<String, Object> config = clients.streams("dmsc-clients-5", folder);
        config.putAll(RunnerConfig.CONFIG);
        try (KafkaStreams streams = new KafkaStreams(builder.build(), new StreamsConfig(config))) {
            streams.start();
            producer.send(new ProducerRecord<>("dmsc.clients-5.tasks", 0, "k", record))
                    .get(20, TimeUnit.SECONDS);
            Eventually.await("the record", () -> seen.contains(record));
            List<MemberDescription> members = List.copyOf(admin.describeConsumerGroups(List.of("dmsc-clients-5"))
                    .all()
                    .get(20, TimeUnit.SECONDS)
                    .get("dmsc-clients-5")
                    .members());
            streams.close(CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.REMAIN_IN_GROUP));
            assertThat(members).hasSize(1);
            return members.get(0).groupInstanceId().orElseThrow();
        }
    }

    private static KafkaClients topics(String tenant) {
        KafkaClients clients = TestBroker.clients();
        try (Admin admin = clients.admin()) {
            FabricTopics.createTenant(admin, new TenantId(tenant), TestFabric.SHAPE);
        }
        return clients;
    }
}
