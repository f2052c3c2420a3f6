package org.dmsc.tenant.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.dmsc.tenant.testing.TestBroker;
import org.dmsc.tenant.testing.TestFabric;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class FabricTopicsTest {

    private static Admin admin;

    @BeforeAll
    static void open() {
        admin = TestBroker.clients().admin();
        FabricTopics.ensureSystem(admin, TestFabric.SHAPE);
    }

    @AfterAll
    static void close() {
        admin.close();
    }

    @Test
    void makesTheFabricsTopicsAsOftenAsAsked() throws Exception {
        FabricTopics.ensureSystem(admin, TestFabric.SHAPE);

        Map<String, TopicDescription> topics = admin.describeTopics(new TopicPlan(TestFabric.SHAPE)
                        .system().stream().map(topic -> topic.name()).toList())
                .allTopicNames()
                .get();
        assertThat(topics.get(TopicNames.LANES).partitions()).hasSize(3);
        assertThat(topics.get(TopicNames.AUDIT).partitions()).hasSize(3);
        assertThat(topics.get(TopicNames.REGISTRY).partitions()).hasSize(1);
        assertThat(topics.get(TopicNames.SCHEMAS).partitions()).hasSize(1);
    }

    @Test
    void theAuditTopicIsKeptForEverAndForcedToDiskOnOneBroker() throws Exception {
        assertThat(config(TopicNames.AUDIT))
                .containsEntry("cleanup.policy", "compact")
                .containsEntry("min.compaction.lag.ms", Long.toString(Long.MAX_VALUE))
                .containsEntry("retention.ms", "-1")
                .containsEntry("message.timestamp.type", "LogAppendTime")
                .containsEntry("flush.messages", "1");
        assertThat(config(TopicNames.SCHEMAS))
                .containsEntry("cleanup.policy", "delete")
                .containsEntry("retention.ms", "-1");
    }

    @Test
    void aClusterDoesNotForceToDiskAndAsksForTwoCopies() {
        Map<String, String> audit = new TopicPlan(FabricShape.CLUSTERED)
                .system().stream()
                        .filter(topic -> topic.name().equals(TopicNames.AUDIT))
                        .findFirst()
                        .orElseThrow()
                        .configs();

        assertThat(audit).doesNotContainKey("flush.messages").containsEntry("min.insync.replicas", "2");
    }

    @Test
    void makesATenantsTopics() throws Exception {
        FabricTopics.createTenant(admin, new TenantId("topics-1"), TestFabric.SHAPE);
        FabricTopics.createTenant(admin, new TenantId("topics-1"), TestFabric.SHAPE);

        Set<String> names = admin.listTopics().names().get();
        assertThat(names)
                .contains(
                        "dmsc.topics-1.tasks",
                        "dmsc.topics-1.inbox",
                        "dmsc.topics-1.events",
                        "dmsc.topics-1.agents",
                        "dmsc.topics-1.dead")
                .doesNotContain("dmsc.topics-1.audit");
        assertThat(config("dmsc.topics-1.tasks")).containsEntry("retention.ms", "604800000");
        assertThat(config("dmsc.topics-1.agents")).containsEntry("retention.ms", "86400000");
        assertThat(config("dmsc.topics-1.dead")).containsEntry("retention.ms", "2592000000");
    }

    @Test
    void refusesAnotherNumberOfLanesAndMakesNothing() throws Exception {
        FabricShape other = new FabricShape(5, (short) 1);

        assertThatThrownBy(() -> FabricTopics.ensureSystem(admin, other))
                .isInstanceOfSatisfying(RefusedException.class, e -> {
                    assertThat(e.refusal()).isEqualTo(Refusal.INVALID_CONFIGURATION);
                    assertThat(e.sentence())
                            .contains("has 3 partitions (expected 5)")
                            .contains("lanes");
                });
    }

    private static Map<String, String> config(String topic) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Config config = admin.describeConfigs(Set.of(resource)).all().get().get(resource);
        return config.entries().stream()
                .filter(entry -> entry.value() != null)
                .collect(java.util.stream.Collectors.toMap(entry -> entry.name(), entry -> entry.value()));
    }
}
