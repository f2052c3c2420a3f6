package org.dmsc.router.task;

import java.util.List;
import org.dmsc.schemas.avro.TaskState;

/**
 * What a step of a task comes to.
 *
 * @param wakeAt when the task wants to be looked at again at the latest; 0 when it is content with what is set
 */
public record Turn(TaskState state, List<Effect> effects, Next next, long wakeAt) {

    /** What follows at once. */
    public enum Next {
        /** Nothing: wait for the next record or the clock. */
        WAIT,
        /** Decide who does it next. */
        DELEGATE,
        /** Write down the new state, nothing else has to be done. */
        KEEP,
        /** The record changed nothing. */
        IGNORE,
        /** The task is old enough to be forgotten. */
        FORGET
    }

    public Turn {
        effects = List.copyOf(effects);
    }

    static Turn ignored(TaskState state) {
        return new Turn(state, List.of(), Next.IGNORE, 0);
    }
}
