package org.dmsc.bridge.core;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.TaskStateName;

/**
 * Which of its tasks a caller wants to see: A2A 1.0 {@code ListTasks}.
 *
 * @param since milliseconds since the epoch: only tasks whose status is of this time or later
 * @param pageSize most tasks of one page, 1 to {@value #MOST}
 * @param after where the page before ended
 * @param artifacts whether they are wanted; without, {@link TaskView#artifacts} is empty
 * @param history most messages of history per task, the newest ones; empty for all there are
 */
public record TaskFilter(
        Optional<String> contextId,
        Optional<TaskStateName> state,
        OptionalLong since,
        int pageSize,
        Optional<TaskCursor> after,
        boolean artifacts,
        OptionalInt history) {

    /** Most tasks of one page. */
    public static final int MOST = 100;

    /** Tasks of a page when the caller does not say how many. */
    public static final int USUAL = 50;

    /** Everything, in pages of the usual size. */
    public static final TaskFilter ALL = new TaskFilter(
            Optional.empty(),
            Optional.empty(),
            OptionalLong.empty(),
            USUAL,
            Optional.empty(),
            false,
            OptionalInt.empty());

    public TaskFilter {
        if (pageSize < 1 || pageSize > MOST) {
            throw refused("page size: " + pageSize + " (expected 1 to " + MOST + ")");
        }
        if (history.isPresent() && history.getAsInt() < 0) {
            throw refused("history length: " + history.getAsInt() + " (expected 0 or more)");
        }
        contextId.filter(String::isEmpty).ifPresent(empty -> {
            throw refused("context id: '" + Printable.of(empty) + "' (expected none, or one that is not empty)");
        });
    }

    /** The same, another page. */
    public TaskFilter from(TaskCursor cursor) {
        return new TaskFilter(contextId, state, since, pageSize, Optional.of(cursor), artifacts, history);
    }

    private static RefusedException refused(String sentence) {
        return new RefusedException(Refusal.INVALID_REQUEST, sentence);
    }
}
