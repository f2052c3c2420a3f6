package org.dmsc.bridge.core;

import java.util.List;
import java.util.Optional;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.task.TaskProgress;

/**
 * A task as the log or the router's store has it.
 *
 * @param callerAgent agent id (without tenant) of who asked
 * @param progress the fold over all its events so far
 * @param submission the task's first record, still sealed
 * @param events the events that count for its caller (AGENT_UPDATE, ENDED), sealed, in order; ASSIGNED may be among them or not
 */
public record StoredTask(
        TenantId tenant,
        String taskId,
        String contextId,
        String callerAgent,
        TaskProgress progress,
        Optional<Assignment> assignment,
        Optional<Failure> failure,
        long deadline,
        long updatedAt,
        SealedEnvelope submission,
        List<SealedEnvelope> events) {

    public StoredTask {
        events = List.copyOf(events);
    }
}
