package org.dmsc.node.kafka;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;
import org.apache.kafka.server.authorizer.Action;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;
import org.apache.kafka.server.authorizer.AuthorizationResult;

/**
 * Kafka's own authorizer, with one rule before it that no ACL and no super-user gets past: the audit topics are not deleted, not trimmed and
 * not altered (design 14.13). Kafka makes it by its name, hence public.
 */
public final class AuditGuard extends StandardAuthorizer {

    private static final Set<AclOperation> FORBIDDEN =
            Set.of(AclOperation.DELETE, AclOperation.ALTER, AclOperation.ALTER_CONFIGS);

    @Override
    public List<AuthorizationResult> authorize(AuthorizableRequestContext context, List<Action> actions) {
        List<AuthorizationResult> results = new ArrayList<>(super.authorize(context, actions));
        for (int i = 0; i < results.size(); i++) {
            if (isForbidden(actions.get(i))) {
                results.set(i, AuthorizationResult.DENIED);
            }
        }
        return results;
    }

    /** DELETE on the cluster would stand for DELETE on every topic and keep Kafka from asking about each; nothing else needs it. */
    private static boolean isForbidden(Action action) {
        if (action.resourcePattern().resourceType() == ResourceType.CLUSTER) {
            return action.operation() == AclOperation.DELETE;
        }
        return FORBIDDEN.contains(action.operation())
                && action.resourcePattern().resourceType() == ResourceType.TOPIC
                && AuditTopicPolicy.IMMUTABLE.contains(action.resourcePattern().name());
    }
}
