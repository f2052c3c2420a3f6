package org.dmsc.bridge.core;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.identity.Caller;

/**
 * Push notification configurations, the same on every gateway. Whose task it is MUST have been checked before: nothing here asks. Never
 * blocks.
 */
public interface PushConfigs {

    /**
     * Keeps one; one of the same id is replaced. Completes when it can be read here.
     *
     * <p>Fails with QUOTA_EXCEEDED when the task has as many as it may have.
     */
    CompletionStage<Void> put(Caller caller, PushConfig config);

    /** Those of a task, by id. */
    List<PushConfig> list(TenantId tenant, String taskId);

    /** One of them. */
    default Optional<PushConfig> find(TenantId tenant, String taskId, String id) {
        return list(tenant, taskId).stream()
                .filter(config -> config.id().equals(id))
                .findFirst();
    }

    /** Forgets one; completes also when there was none. */
    CompletionStage<Void> delete(TenantId tenant, String taskId, String id);

    /** Those of a tenant that are not told any more, because nobody was there for too long. */
    List<DeadPush> dead(TenantId tenant);

    /**
     * Begins to tell a dead one again, from the first update that it has not acknowledged. Fails with TASK_UNKNOWN when none is dead of that
     * name.
     */
    CompletionStage<Void> revive(TenantId tenant, String taskId, String id);
}
