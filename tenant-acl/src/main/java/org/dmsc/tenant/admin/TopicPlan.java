package org.dmsc.tenant.admin;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.tenant.kafka.KafkaClients;

/** Which topics there are and how each is kept (design 5). Pure. */
final class TopicPlan {

    /** Many topics with little in each: the defaults of 1 GiB and 10 MiB are for few large ones. */
    private static final int SEGMENT_BYTES = 16 * 1024 * 1024;

    private static final int INDEX_BYTES = 1024 * 1024;
    private static final String FOR_EVER = "-1";
    private static final String WORK = millis(Duration.ofDays(7));
    /** Longer than any one-time token lives. Not compacted: which of two claims came first must stay visible. */
    private static final String ENROLMENTS = millis(Duration.ofDays(3));

    private static final String REPORTS = millis(Duration.ofDays(1));
    private static final String DEAD_LETTERS = millis(Duration.ofDays(30));

    private final FabricShape shape;

    TopicPlan(FabricShape shape) {
        this.shape = shape;
    }

    List<NewTopic> system() {
        return List.of(
                compacted(TopicNames.TENANTS),
                compacted(TopicNames.REGISTRY),
                forced(compacted(TopicNames.REVOCATIONS)),
                compacted(TopicNames.REVOCATION_ACKS),
                compacted(TopicNames.USAGE),
                compacted(TopicNames.PUSH),
                compacted(TopicNames.OWED),
                compacted(TopicNames.QUARANTINE),
                compacted(TopicNames.PURGES),
                compacted(TopicNames.GATEWAYS),
                kept(TopicNames.ENROLMENTS, 1, ENROLMENTS),
                kept(TopicNames.LESSONS, shape.lanes(), WORK),
                compacted(TopicNames.MODELS),
                // Never compacted: an id is the order of first appearance.
                kept(TopicNames.SCHEMAS, 1, FOR_EVER),
                // Never written to: its partitions are what the gateways share out among themselves.
                kept(TopicNames.LANES, shape.lanes(), WORK),
                kept(TopicNames.AUDIT_INTAKE, shape.lanes(), WORK),
                immutable(TopicNames.AUDIT, shape.lanes()),
                immutable(TopicNames.AUDIT_CHECKPOINTS, 1));
    }

    List<NewTopic> tenant(TenantId tenant) {
        return List.of(
                kept(Channel.TASKS.of(tenant), shape.lanes(), WORK),
                kept(Channel.INBOX.of(tenant), shape.lanes(), WORK),
                kept(Channel.EVENTS.of(tenant), shape.lanes(), WORK),
                kept(Channel.AGENTS.of(tenant), shape.lanes(), REPORTS),
                kept(Channel.DEAD.of(tenant), 1, DEAD_LETTERS),
                kept(Channel.PAYLOADS.of(tenant), 1, WORK));
    }

    /** The tenant's own copy of its audit records: kept like the log itself, gone only with the tenant. */
    NewTopic audit(TenantId tenant) {
        return immutable(Channel.AUDIT.of(tenant), 1);
    }

    private NewTopic kept(String name, int partitions, String retention) {
        return topic(
                name,
                partitions,
                Map.of(
                        TopicConfig.CLEANUP_POLICY_CONFIG,
                        TopicConfig.CLEANUP_POLICY_DELETE,
                        TopicConfig.RETENTION_MS_CONFIG,
                        retention));
    }

    private NewTopic compacted(String name) {
        return topic(
                name,
                1,
                Map.of(
                        TopicConfig.CLEANUP_POLICY_CONFIG,
                        TopicConfig.CLEANUP_POLICY_COMPACT,
                        TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG,
                        "0.2"));
    }

    /**
     * Compacted in name, so that nobody can trim it, with a lag that no record ever outlives, so that nothing is compacted (facts/kafka.md
     * 5.5). The node's policy demands exactly these values. One replica means that an acknowledgement says no more than "in the page
     * cache": then each batch is forced to disk.
     */
    private NewTopic immutable(String name, int partitions) {
        Map<String, String> config = new HashMap<>(Map.of(
                TopicConfig.CLEANUP_POLICY_CONFIG,
                TopicConfig.CLEANUP_POLICY_COMPACT,
                TopicConfig.MIN_COMPACTION_LAG_MS_CONFIG,
                Long.toString(Long.MAX_VALUE),
                TopicConfig.RETENTION_MS_CONFIG,
                FOR_EVER,
                TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
                "LogAppendTime"));
        if (shape.replication() == 1) {
            config.put(TopicConfig.FLUSH_MESSAGES_INTERVAL_CONFIG, "1");
        }
        return topic(name, partitions, config);
    }

    /** An acknowledgement of one replica says no more than "in the page cache": what must survive a power cut is forced to disk. */
    private NewTopic forced(NewTopic topic) {
        if (shape.replication() > 1) {
            return topic;
        }
        Map<String, String> config = new HashMap<>(topic.configs());
        config.put(TopicConfig.FLUSH_MESSAGES_INTERVAL_CONFIG, "1");
        return topic.configs(config);
    }

    private NewTopic topic(String name, int partitions, Map<String, String> config) {
        Map<String, String> all = new HashMap<>(config);
        all.put(TopicConfig.SEGMENT_BYTES_CONFIG, Integer.toString(SEGMENT_BYTES));
        all.put(TopicConfig.SEGMENT_INDEX_BYTES_CONFIG, Integer.toString(INDEX_BYTES));
        all.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(KafkaClients.MAX_RECORD_BYTES));
        all.put(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, shape.replication() >= 3 ? "2" : "1");
        return new NewTopic(name, partitions, shape.replication()).configs(all);
    }

    private static String millis(Duration duration) {
        return Long.toString(duration.toMillis());
    }
}
