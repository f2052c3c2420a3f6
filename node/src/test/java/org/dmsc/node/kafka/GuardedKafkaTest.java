package org.dmsc.node.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TopicNames;
import org.dmsc.tenant.admin.FabricShape;
import org.dmsc.tenant.admin.FabricTopics;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.pki.FabricPki;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.pki.Pem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a client of the embedded broker may not do. */
@Timeout(120)
final class GuardedKafkaTest {

    @TempDir
    Path folder;

    @Test
    void nobodyDeletesTrimsOrAltersTheAuditTopic() throws Exception {
        try (EmbeddedKafka broker = EmbeddedKafkaTest.started(folder);
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            FabricTopics.ensureSystem(admin, FabricShape.EMBEDDED);
            String topic = TopicNames.AUDIT;

            refused(admin.deleteTopics(List.of(topic)).all(), TopicAuthorizationException.class);
            refused(
                    admin.deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(0)))
                            .all(),
                    TopicAuthorizationException.class);
            refused(
                    admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(8)))
                            .all(),
                    TopicAuthorizationException.class);
            refused(alter(admin, topic, AlterConfigOp.OpType.SET), TopicAuthorizationException.class);
            refused(alter(admin, topic, AlterConfigOp.OpType.DELETE), TopicAuthorizationException.class);

            admin.createTopics(List.of(new NewTopic("other", 1, (short) 1)))
                    .all()
                    .get();
            admin.deleteTopics(List.of("other")).all().get();
            assertThat(admin.listTopics().names().get()).contains(topic);
        }
    }

    @Test
    void anAuditTopicIsOnlyMadeWithTheFrozenSettings() throws Exception {
        try (EmbeddedKafka broker = EmbeddedKafkaTest.started(folder);
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            NewTopic weak = new NewTopic(TopicNames.AUDIT, 1, (short) 1).configs(Map.of("retention.ms", "1000"));

            refused(admin.createTopics(List.of(weak)).all(), PolicyViolationException.class);
        }
    }

    @Test
    void withTlsOnlyNodesOfTheFabricAreLetInAndOthersNeedAnAcl() throws Exception {
        FabricDomain domain = new FabricDomain("fabric.localhost");
        FabricPki pki = FabricPki.openOrCreate(folder.resolve("pki"), domain, Clock.systemUTC(), new SecureRandom());
        AgentRef agent = AgentRef.of("acme", "alice");
        pki.createTenantCa(agent.tenant());
        IssuedIdentity broker =
                pki.issueNode("broker", "b", List.of("localhost"), List.of("127.0.0.1"), Duration.ofHours(1));
        IssuedIdentity gateway = pki.issueNode("gateway", "g", List.of(), List.of(), Duration.ofHours(1));
        String root = Pem.of(pki.root());
        BrokerTls tls = new BrokerTls(broker.certificatePem(), broker.keyPem(), root);
        BrokerSettings settings = new BrokerSettings(folder.resolve("kafka"), "127.0.0.1", 0, Optional.of(tls));

        try (EmbeddedKafka kafka = new EmbeddedKafka(settings)) {
            kafka.start();

            try (Admin admin = Admin.create(client(kafka, Optional.of(gateway), root))) {
                admin.createTopics(List.of(new NewTopic("dmsc.acme.events", 1, (short) 1)))
                        .all()
                        .get();
                assertThat(admin.listTopics().names().get()).containsExactly("dmsc.acme.events");
            }
            try (Admin admin =
                    Admin.create(client(kafka, Optional.of(pki.issueAgent(agent, Duration.ofHours(1))), root))) {
                assertThat(admin.listTopics().names().get()).isEmpty();
            }
            try (Admin admin = Admin.create(client(kafka, Optional.empty(), root))) {
                assertThatThrownBy(() -> admin.listTopics().names().get(20, TimeUnit.SECONDS))
                        .isInstanceOf(Exception.class);
            }
        }
    }

    private static Map<String, Object> client(EmbeddedKafka kafka, Optional<IssuedIdentity> identity, String root) {
        Map<String, Object> config = new HashMap<>(Map.of(
                "bootstrap.servers",
                kafka.bootstrapServers(),
                "security.protocol",
                "SSL",
                "request.timeout.ms",
                5000,
                "default.api.timeout.ms",
                10000,
                "ssl.truststore.type",
                "PEM",
                "ssl.truststore.certificates",
                root));
        identity.ifPresent(me -> {
            config.put("ssl.keystore.type", "PEM");
            config.put("ssl.keystore.certificate.chain", me.certificatePem());
            config.put("ssl.keystore.key", me.keyPem());
        });
        return config;
    }

    private static KafkaFuture<Void> alter(Admin admin, String topic, AlterConfigOp.OpType type) {
        AlterConfigOp change = new AlterConfigOp(new ConfigEntry("retention.ms", "1000"), type);
        return admin.incrementalAlterConfigs(
                        Map.of(new ConfigResource(ConfigResource.Type.TOPIC, topic), List.of(change)))
                .all();
    }

    private static void refused(KafkaFuture<?> future, Class<? extends Exception> how) {
        assertThatThrownBy(() -> future.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(how);
    }
}
