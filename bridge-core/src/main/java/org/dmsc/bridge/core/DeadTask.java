package org.dmsc.bridge.core;

import java.util.Optional;

/**
 * One entry of a tenant's dead letters.
 *
 * @param taskId the task; for a record that could not be used, its key
 * @param refusal stable code: why it ended
 * @param reason the same for people
 * @param time milliseconds since the epoch
 * @param caller agent id of who asked for it; empty for a record that could not be used
 * @param wanted what it asked for: an agent, a skill, or tags
 * @param origin where a record that could not be used lay, {@code <topic>-<partition>@<offset>}; empty for a task
 */
public record DeadTask(
        String taskId,
        String refusal,
        String reason,
        int attempts,
        long time,
        Optional<String> caller,
        String wanted,
        Optional<String> origin) {

    /** Whether it is a task, which can be begun anew. */
    public boolean replayable() {
        return origin.isEmpty();
    }
}
