package org.dmsc.bridge.core;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.dmsc.schemas.AgentId;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.identity.Caller;

/**
 * What could not be delegated or delivered. MUST NOT block; at most a few scans run at once, more are refused as OVERLOADED.
 *
 * <p>{@code of}: only tasks that this agent asked for; empty for all of the tenant's.
 */
public interface DeadLetters {

    /** The newest, oldest first. */
    CompletionStage<List<DeadTask>> list(TenantId tenant, Optional<AgentId> of, int limit);

    /** The newest letter about a task; TASK_UNKNOWN when there is none. */
    CompletionStage<DeadTask> find(TenantId tenant, Optional<AgentId> of, String taskId);

    /**
     * Begins the task anew, as its caller's and with the time that it had at first; the old one stays ended. Replaying one letter twice is one
     * task. It goes through every rule again. Audited.
     *
     * @param actor who wants it, for the audit log
     * @return the new task's id
     */
    CompletionStage<String> replay(TenantId tenant, Optional<AgentId> of, String taskId, Caller actor);
}
