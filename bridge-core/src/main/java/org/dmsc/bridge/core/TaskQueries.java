package org.dmsc.bridge.core;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.dmsc.schemas.TenantId;

/** Tasks that nobody here follows, looked up: by replaying the log, or in the router's store where the node can reach it. MUST NOT block. */
public interface TaskQueries {

    /** The task of that tenant's caller; empty when there is none. */
    CompletionStage<Optional<StoredTask>> find(TenantId tenant, String taskId);
}
