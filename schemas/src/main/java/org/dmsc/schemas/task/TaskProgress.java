package org.dmsc.schemas.task;

import org.dmsc.schemas.avro.TaskStateName;

/**
 * Where a task stands after the events read so far; see {@link TaskFold}.
 *
 * @param openAttempt the attempt whose answers count, 0 when none is open
 * @param lastAttempt the highest attempt that was ever assigned
 */
public record TaskProgress(TaskStateName state, int openAttempt, int lastAttempt, boolean ended) {

    /** Before the first event. */
    public static final TaskProgress NEW = new TaskProgress(TaskStateName.SUBMITTED, 0, 0, false);

    /** Waiting for the caller: input or authentication is required. */
    public boolean interrupted() {
        return state == TaskStateName.INPUT_REQUIRED || state == TaskStateName.AUTH_REQUIRED;
    }

    /** The state once nobody waits for the caller any more. */
    public TaskStateName resumed() {
        return interrupted() ? TaskStateName.WORKING : state;
    }
}
