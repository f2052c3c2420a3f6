package org.dmsc.node.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
import org.dmsc.schemas.TopicNames;
import org.dmsc.tenant.admin.FabricShape;
import org.dmsc.tenant.admin.FabricTopics;
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
