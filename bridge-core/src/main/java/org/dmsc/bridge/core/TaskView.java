package org.dmsc.bridge.core;

import java.util.List;
import java.util.Optional;
import org.dmsc.schemas.avro.TaskStateName;

/**
 * Where a task stands, as its caller may see it.
 *
 * @param statusMessage JSON of the A2A {@code Message} that came with the newest state
 * @param artifacts JSON of A2A {@code Artifact}s, one per artifact id in the order of their first appearance, appended chunks already joined;
 *     only those of the newest attempt
 * @param updatedAt time of the newest status, milliseconds since the epoch
 * @param history JSON of A2A {@code Message}s: the caller's, and the agent's that newer ones replaced
 * @param cursor {@link TaskUpdate#id} of the newest update that is in here; empty when there is none yet
 */
public record TaskView(
        String taskId,
        String contextId,
        TaskStateName state,
        Optional<byte[]> statusMessage,
        List<byte[]> artifacts,
        List<byte[]> history,
        long updatedAt,
        Optional<Assignment> assignment,
        Optional<Failure> failure,
        Optional<String> cursor) {

    public TaskView {
        artifacts = List.copyOf(artifacts);
        history = List.copyOf(history);
    }

    /** One of which nobody knows after which update it was made. */
    @SuppressWarnings("checkstyle:ParameterNumber") // As many as the record has, less one.
    public TaskView(
            String taskId,
            String contextId,
            TaskStateName state,
            Optional<byte[]> statusMessage,
            List<byte[]> artifacts,
            List<byte[]> history,
            long updatedAt,
            Optional<Assignment> assignment,
            Optional<Failure> failure) {
        this(
                taskId,
                contextId,
                state,
                statusMessage,
                artifacts,
                history,
                updatedAt,
                assignment,
                failure,
                Optional.empty());
    }

    /** The same with only what a list was asked to show, and with the time by which the list is ordered. */
    public TaskView listed(long statusAt, TaskFilter filter) {
        int most = Math.min(history.size(), filter.history().orElse(history.size()));
        return new TaskView(
                taskId,
                contextId,
                state,
                statusMessage,
                filter.artifacts() ? artifacts : List.of(),
                history.subList(history.size() - most, history.size()),
                statusAt,
                assignment,
                failure,
                cursor);
    }
}
