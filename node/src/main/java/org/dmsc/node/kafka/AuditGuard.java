package org.dmsc.node.kafka;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.metrics.Gauge;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;
import org.apache.kafka.server.authorizer.Action;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;
import org.apache.kafka.server.authorizer.AuthorizationResult;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.tenant.fence.KafkaRole;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kafka's own authorizer, with rules before it that no ACL and no super-user gets past: the audit topics are not deleted, not trimmed and not
 * altered (design 14.13), and only the sequencer writes to them, also to the tenants' own copies. Kafka makes it by its name, hence public.
 */
public final class AuditGuard extends StandardAuthorizer {

    private static final Logger LOG = LoggerFactory.getLogger(AuditGuard.class);

    private static final Set<AclOperation> FORBIDDEN =
            Set.of(AclOperation.DELETE, AclOperation.ALTER, AclOperation.ALTER_CONFIGS);

    private static final String TENANT_AUDIT = "." + Channel.AUDIT.label();

    /** Without TLS nobody has a name, and there is only the fabric itself, on loopback. */
    private static final Set<KafkaPrincipal> WRITERS =
            Set.of(new KafkaPrincipal(KafkaPrincipal.USER_TYPE, KafkaRole.AUDIT.user()), KafkaPrincipal.ANONYMOUS);

    private final AtomicLong attempts = new AtomicLong();

    @Override
    public void withPluginMetrics(PluginMetrics metrics) {
        super.withPluginMetrics(metrics);
        Gauge<Long> count = (config, now) -> attempts.get();
        metrics.addMetric(
                metrics.metricName(
                        AuditAlarms.ATTEMPTS, "attempts to change the audit log, all refused", new LinkedHashMap<>()),
                count);
    }

    @Override
    public List<AuthorizationResult> authorize(AuthorizableRequestContext context, List<Action> actions) {
        List<AuthorizationResult> results = new ArrayList<>(super.authorize(context, actions));
        for (int i = 0; i < results.size(); i++) {
            if (isForbidden(context.principal(), actions.get(i))) {
                results.set(i, AuthorizationResult.DENIED);
                alarm(context, actions.get(i));
            }
        }
        return results;
    }

    /** Said at once and loudly: nothing in the fabric ever tries. What is asked only to show a client its rights is no attempt. */
    private void alarm(AuthorizableRequestContext context, Action action) {
        boolean audit = action.resourcePattern().resourceType() == ResourceType.TOPIC
                && isAudit(action.resourcePattern().name());
        if (audit && action.logIfDenied()) {
            attempts.incrementAndGet();
            AuditAlarms.raise();
            LOG.atError()
                    .addKeyValue("principal", context.principal())
                    .addKeyValue("operation", action.operation())
                    .addKeyValue("topic", action.resourcePattern().name())
                    .addKeyValue("address", context.clientAddress())
                    .log("somebody tried to change the audit log: refused");
        }
    }

    /** DELETE on the cluster would stand for DELETE on every topic and keep Kafka from asking about each; nothing else needs it. */
    private static boolean isForbidden(KafkaPrincipal who, Action action) {
        if (action.resourcePattern().resourceType() == ResourceType.CLUSTER) {
            return action.operation() == AclOperation.DELETE;
        }
        if (action.resourcePattern().resourceType() != ResourceType.TOPIC) {
            return false;
        }
        String topic = action.resourcePattern().name();
        if (action.operation() == AclOperation.WRITE) {
            return isAudit(topic) && !WRITERS.contains(who);
        }
        return FORBIDDEN.contains(action.operation()) && AuditTopicPolicy.IMMUTABLE.contains(topic);
    }

    private static boolean isAudit(String topic) {
        boolean tenants = topic.endsWith(TENANT_AUDIT)
                && TopicNames.parse(topic)
                        .filter(found -> found.channel() == Channel.AUDIT)
                        .isPresent();
        return tenants || AuditTopicPolicy.IMMUTABLE.contains(topic);
    }
}
