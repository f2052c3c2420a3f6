package org.dmsc.node.query;

import java.util.List;
import org.dmsc.router.task.StoredTaskRecord;
import org.dmsc.router.task.TaskSearch.Place;
import org.dmsc.schemas.avro.SealedEnvelope;

/**
 * A task as a router keeps it, as far as others need it: sealed.
 *
 * @param place in its caller's list
 * @param submission its first record, with its payload
 * @param events those that counted, in order
 */
public record KeptTask(Place place, SealedEnvelope submission, List<SealedEnvelope> events) {

    public KeptTask {
        events = List.copyOf(events);
    }

    static KeptTask of(StoredTaskRecord stored) {
        return new KeptTask(stored.place(), stored.state().getSubmission(), stored.events());
    }

    /** Its id. */
    public String taskId() {
        return place.taskId();
    }
}
