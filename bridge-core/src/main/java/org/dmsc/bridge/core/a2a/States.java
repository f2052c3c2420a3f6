package org.dmsc.bridge.core.a2a;

import java.util.Optional;
import org.dmsc.schemas.avro.TaskStateName;

/** Names of task states: {@code TASK_STATE_WORKING} on the wire, {@code WORKING} inside. */
public final class States {

    private static final String PREFIX = "TASK_STATE_";

    private States() {}

    /** The name on the wire. */
    public static String wire(TaskStateName state) {
        return PREFIX + state.name();
    }

    /** Reads a name from the wire; empty for anything that is not one, TASK_STATE_UNSPECIFIED included. */
    public static Optional<TaskStateName> read(String wire) {
        for (TaskStateName state : TaskStateName.values()) {
            if (wire.equals(wire(state))) {
                return Optional.of(state);
            }
        }
        return Optional.empty();
    }

    /** No event can follow. */
    public static boolean terminal(TaskStateName state) {
        return state == TaskStateName.COMPLETED
                || state == TaskStateName.FAILED
                || state == TaskStateName.CANCELED
                || state == TaskStateName.REJECTED;
    }

    /** The task waits for its caller. */
    public static boolean interrupted(TaskStateName state) {
        return state == TaskStateName.INPUT_REQUIRED || state == TaskStateName.AUTH_REQUIRED;
    }
}
