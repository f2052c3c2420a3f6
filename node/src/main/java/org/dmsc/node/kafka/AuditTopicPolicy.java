package org.dmsc.node.kafka;

import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.server.policy.AlterConfigPolicy;
import org.dmsc.schemas.TopicNames;

/**
 * Keeps the settings of the audit topics as they were made, for everybody, super-users included. Kafka shows a policy the request and not the
 * outcome, and hides implicit deletions from it (KAFKA-14195): so it demands that each frozen setting is in the request with exactly its value.
 * Making the topic passes, any later change fails. Kafka makes it by its name, hence public.
 */
public final class AuditTopicPolicy implements AlterConfigPolicy {

    /** Topics that are for ever. */
    static final Set<String> IMMUTABLE = Set.of(TopicNames.AUDIT, TopicNames.AUDIT_CHECKPOINTS);

    private static final Map<String, String> FROZEN = Map.of(
            "cleanup.policy", "compact",
            "min.compaction.lag.ms", Long.toString(Long.MAX_VALUE),
            "retention.ms", "-1",
            "message.timestamp.type", "LogAppendTime");

    @Override
    public void configure(Map<String, ?> configs) {}

    @Override
    public void validate(RequestMetadata request) {
        boolean immutable = request.resource().type() == ConfigResource.Type.TOPIC
                && IMMUTABLE.contains(request.resource().name());
        if (immutable && !request.configs().entrySet().containsAll(FROZEN.entrySet())) {
            throw new PolicyViolationException("topic " + request.resource().name()
                    + " is the audit log: its settings are frozen (expected " + FROZEN + ")");
        }
    }

    @Override
    public void close() {}
}
