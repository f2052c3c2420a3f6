package org.dmsc.bridge.core;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.dmsc.schemas.TenantId;

/** Tasks that nobody here follows, looked up: by replaying the log, or in the router's store where the node can reach it. MUST NOT block. */
public interface TaskQueries {

    /** The task of that tenant's caller; empty when there is none. */
    CompletionStage<Optional<StoredTask>> find(TenantId tenant, String taskId);

    /**
     * The task if it has ended; empty when it runs or there is none. For the housekeeping of tasks that are quiet: MUST be cheap where many
     * are, since many are quiet when the fabric is slow, and what is asked then makes it slower.
     */
    CompletionStage<Optional<StoredTask>> findEnded(TenantId tenant, String taskId);

    /**
     * The tasks of one agent, the newest status first. Fails with UNAVAILABLE, to be tried elsewhere, where not all of them can be
     * found: a list with holes in it would look whole.
     *
     * @param caller agent id (without tenant) of who asked for them
     */
    CompletionStage<StoredTasks> list(TenantId tenant, String caller, TaskFilter filter);
}
