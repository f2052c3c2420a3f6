package org.dmsc.node.fences;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringReader;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.dmsc.node.testing.Answer;
import org.dmsc.node.testing.Credentials;
import org.dmsc.node.testing.FabricExtension;
import org.dmsc.node.testing.TestFabric;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.dmsc.tenant.fence.StockClient;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.pki.FabricPki;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.pki.Pem;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What each certificate of the fabric may do in its Kafka, tried with stock Kafka clients. */
@ExtendWith(FabricExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class KafkaFencesIT {

    private static final FabricDomain DOMAIN = FabricDomain.DEFAULT;
    private static final Duration HOUR = Duration.ofHours(1);
    private static final String ONE = "fence";
    private static final String TWIN = "fence-2";

    private TestFabric fabric;
    private FabricPki pki;
    private Map<String, Object> one;
    private Map<String, Object> twin;

    @BeforeAll
    void twoTenantsWithAClientEach(TestFabric given) throws Exception {
        fabric = given;
        Path keys = Path.of(fabric.description().keys());
        pki = FabricPki.openOrCreate(
                keys.resolve("pki"),
                Files.readString(keys.resolve("secrets/vault.password")).strip().toCharArray(),
                DOMAIN,
                Clock.systemUTC(),
                new SecureRandom());
        fabric.createTenant(ONE);
        fabric.createTenant(TWIN);
        one = client(admitted(ONE).body().path("clientProperties").asText());
        twin = client(admitted(TWIN).body().path("clientProperties").asText());
    }

    private Answer admitted(String tenant) {
        Answer made = fabric.operator().put("/v1/config/tenants/" + tenant + "/kafka/reader");
        assertThat(made.status()).as(made.toString()).isEqualTo(201);
        return made;
    }

    @Test
    @DisplayName(
            "case 63: a tenant's client reads its own audit records and events, not those of a tenant whose name begins like its own")
    void case63PrefixTwins() throws Exception {
        assertThat(topics(one)).containsExactlyInAnyOrder("dmsc.fence.audit", "dmsc.fence.events");
        assertThat(topics(twin)).containsExactlyInAnyOrder("dmsc.fence-2.audit", "dmsc.fence-2.events");

        // That it got access is itself the first record that is copied.
        assertThat(firstKey(one, "fence.main", "dmsc.fence.audit")).isEqualTo(ONE);
        assertThat(firstKey(twin, "fence-2.main", "dmsc.fence-2.audit")).isEqualTo(TWIN);
        for (String foreign :
                List.of("dmsc.fence-2.audit", "dmsc.fence-2.events", TopicNames.AUDIT, TopicNames.SCHEMAS)) {
            assertThatThrownBy(() -> firstKey(one, "fence.main", foreign))
                    .as(foreign)
                    .isInstanceOf(TopicAuthorizationException.class);
        }
        for (String group : List.of("fence-2.main", "fence", "dmsc-gateways", "dmsc-router")) {
            assertThatThrownBy(() -> firstKey(one, group, "dmsc.fence.audit"))
                    .as(group)
                    .isInstanceOf(GroupAuthorizationException.class);
        }
    }

    @Test
    @DisplayName("a tenant's client writes nowhere, not even to its own topics, and makes nothing")
    void aTenantsClientWritesNowhere() throws Exception {
        for (String topic :
                List.of("dmsc.fence.audit", "dmsc.fence.events", "dmsc.fence.agents", TopicNames.AUDIT_INTAKE)) {
            refusedWrite(one, topic);
        }
        try (Admin admin = Admin.create(one)) {
            refused(admin.deleteTopics(List.of("dmsc.fence.events")).all());
            refused(admin.createPartitions(Map.of("dmsc.fence.events", NewPartitions.increaseTo(9)))
                    .all());
            refused(admin.describeAcls(org.apache.kafka.common.acl.AclBindingFilter.ANY)
                    .values());
        }
    }

    @Test
    @DisplayName("a client whose access was taken away reads nothing any more")
    void dismissed() throws Exception {
        Map<String, Object> client = client(fabric.operator()
                .put("/v1/config/tenants/" + ONE + "/kafka/second")
                .body()
                .path("clientProperties")
                .asText());
        assertThat(topics(client)).isNotEmpty();

        assertThat(fabric.operator()
                        .delete("/v1/config/tenants/" + ONE + "/kafka/second")
                        .status())
                .isEqualTo(204);

        assertThat(topics(client)).isEmpty();
        assertThat(topics(one)).isNotEmpty();
    }

    @Test
    @DisplayName(
            "agents of the fabric get nothing from Kafka; certificates of another root and Kafka clients at the edge are not let in")
    void foreignPrincipals(@TempDir Path folder) throws Exception {
        IssuedIdentity agent = pki.issueAgent(AgentRef.of(ONE, "alice"), HOUR);
        assertThat(topics(client(agent))).isEmpty();
        refusedWrite(client(agent), "dmsc.fence.events");

        IssuedIdentity reader = pki.issueKafkaReader(new TenantId(ONE), "reader", HOUR);
        Credentials shown = new Credentials(reader.certificatePem(), reader.keyPem(), Pem.of(pki.root()), "");
        assertThatThrownBy(() -> {
                    int status = fabric.as(shown).get("/v1/agents").status();
                    throw new IllegalStateException("answered " + status);
                })
                .satisfiesAnyOf(
                        fault -> assertThat(fault).hasRootCauseInstanceOf(SSLException.class),
                        fault -> assertThat(fault).hasRootCauseInstanceOf(SocketException.class),
                        fault -> assertThat(fault).hasMessage("answered 401"));

        FabricPki other = FabricPki.openOrCreate(folder, DOMAIN, Clock.systemUTC(), new SecureRandom());
        IssuedIdentity forged = other.issueNode("broker", "b", List.of(), List.of(), HOUR);
        try (Admin admin = Admin.create(client(forged))) {
            assertThatThrownBy(() -> admin.listTopics().names().get(20, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(SslAuthenticationException.class);
        }
    }

    @Test
    @DisplayName(
            "nobody but the sequencer writes dmsc.audit; nobody deletes, trims or alters it, operators and brokers included")
    void theAuditLogHasOneWriter() throws Exception {
        long before = attempts();
        for (String kind : List.of("router", "gateway", "registry", "admin", "operator", "broker")) {
            refusedWrite(client(node(kind)), TopicNames.AUDIT);
            refusedWrite(client(node(kind)), "dmsc.fence.audit");
        }
        for (String kind : List.of("operator", "broker", "admin", "audit")) {
            try (Admin admin = Admin.create(client(node(kind)))) {
                refused(admin.deleteTopics(List.of(TopicNames.AUDIT)).all());
                refused(admin.deleteRecords(
                                Map.of(new TopicPartition(TopicNames.AUDIT, 0), RecordsToDelete.beforeOffset(0)))
                        .all());
                refused(admin.createPartitions(Map.of(TopicNames.AUDIT, NewPartitions.increaseTo(64)))
                        .all());
            }
        }
        assertThat(attempts() - before).as("each attempt is an alarm").isGreaterThanOrEqualTo(4 * 3);
    }

    private long attempts() {
        String name = "dmsc_broker_audit_tampering_total ";
        return fabric.operator()
                .get("/metrics")
                .body()
                .path("text")
                .asText()
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(name.length())))
                .sum();
    }

    @Test
    @DisplayName("each role has what it needs and no more")
    void leastPrivilege() throws Exception {
        refusedWrite(client(node("router")), "dmsc.fence.tasks");
        refusedWrite(client(node("router")), TopicNames.TENANTS);
        refusedWrite(client(node("gateway")), TopicNames.TENANTS);
        refusedWrite(client(node("gateway")), TopicNames.REGISTRY);
        refusedWrite(client(node("registry")), "dmsc.fence.inbox");
        refusedWrite(client(node("audit")), "dmsc.fence.events");
        refusedWrite(client(node("audit")), TopicNames.AUDIT_INTAKE);
        assertThat(topics(client(node("router"))))
                .contains("dmsc.fence.tasks", "dmsc.fence.events")
                .noneMatch(topic -> topic.startsWith("dmsc-registry-"));
        assertThat(topics(client(node("registry"))))
                .contains("dmsc.fence.agents")
                .doesNotContain("dmsc.fence.tasks", "dmsc.fence.inbox", "dmsc.fence.events");
        assertThat(topics(client(node("keys")))).noneMatch(topic -> topic.startsWith("dmsc.fence."));
        refusedWrite(client(node("keys")), TopicNames.TENANTS);
        assertThat(topics(client(node("witness")))).isEmpty();
    }

    private IssuedIdentity node(String kind) {
        return pki.issueNode(kind, "test", List.of(), List.of(), HOUR);
    }

    private Map<String, Object> client(IssuedIdentity identity) {
        return client(StockClient.properties(identity, pki.root()));
    }

    private Map<String, Object> client(String text) {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(text));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        Map<String, Object> config = new HashMap<>();
        properties.forEach((key, value) -> config.put(key.toString(), value));
        config.putIfAbsent("bootstrap.servers", fabric.description().bootstrap());
        return config;
    }

    private static List<String> topics(Map<String, Object> client) throws Exception {
        try (Admin admin = Admin.create(client)) {
            return new ArrayList<>(admin.listTopics().names().get(20, TimeUnit.SECONDS));
        }
    }

    private static String firstKey(Map<String, Object> client, String group, String topic) {
        Map<String, Object> config = new HashMap<>(client);
        config.put("group.id", group);
        config.put("auto.offset.reset", "earliest");
        config.put("enable.auto.commit", "false");
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(topic));
            String[] found = new String[1];
            TestFabric.await("a record of " + topic, () -> {
                consumer.poll(Duration.ofMillis(100)).forEach(read -> found[0] = read.key());
                return found[0] != null;
            });
            return found[0];
        }
    }

    private static void refusedWrite(Map<String, Object> client, String topic) {
        Map<String, Object> config = new HashMap<>(client);
        config.put("max.block.ms", 20_000);
        config.put("enable.idempotence", false);
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer())) {
            Future<?> sent = producer.send(new ProducerRecord<>(topic, "k", new byte[] {1}));
            assertThatThrownBy(() -> sent.get(20, TimeUnit.SECONDS))
                    .as(topic)
                    .hasCauseInstanceOf(TopicAuthorizationException.class);
        }
    }

    private static void refused(Future<?> answer) {
        assertThatThrownBy(() -> answer.get(20, TimeUnit.SECONDS))
                .hasCauseInstanceOf(org.apache.kafka.common.errors.AuthorizationException.class);
    }
}
