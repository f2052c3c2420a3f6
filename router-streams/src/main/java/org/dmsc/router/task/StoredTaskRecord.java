package org.dmsc.router.task;

import java.util.List;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.TaskState;

/**
 * A task as the router keeps it.
 *
 * @param state with the submission whole, payload included
 * @param events the events that counted, in order, sealed as they came
 */
public record StoredTaskRecord(TaskState state, List<SealedEnvelope> events) {

    public StoredTaskRecord {
        events = List.copyOf(events);
    }

    /** In its caller's list. States of before there was such a time have the next best one. */
    public TaskSearch.Place place() {
        long statusAt = state.getStatusAt() == 0 ? state.getUpdatedAt() : state.getStatusAt();
        return new TaskSearch.Place(statusAt, state.getTaskId());
    }
}
