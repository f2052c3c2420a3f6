package org.dmsc.router.task;

import java.util.Optional;
import java.util.OptionalLong;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.TaskStateName;

/**
 * Which tasks of one caller are looked for, the newest status first, then by id.
 *
 * @param caller agent id of who asked for them
 * @param since only those whose status is of this time or later
 * @param after only what comes behind this place
 * @param most how many are wanted
 * @param mostCounted where counting ends
 */
public record TaskSearch(
        TenantId tenant,
        String caller,
        Optional<String> contextId,
        Optional<TaskStateName> state,
        OptionalLong since,
        Optional<Place> after,
        int most,
        int mostCounted) {

    /** A task's place in the order. */
    public record Place(long statusAt, String taskId) implements Comparable<Place> {

        @Override
        public int compareTo(Place other) {
            int newest = Long.compare(other.statusAt, statusAt);
            return newest != 0 ? newest : taskId.compareTo(other.taskId);
        }
    }
}
