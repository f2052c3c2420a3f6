package org.dmsc.bridge.core.a2a;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.dmsc.bridge.core.TaskCursor;
import org.dmsc.bridge.core.TaskFilter;
import org.dmsc.bridge.core.TaskPage;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.avro.TaskStateName;

/** Reads an A2A {@code ListTasksRequest} and writes its response. */
public final class ListRequests {

    private static final int LONGEST_TOKEN = 1024;
    private static final int LONGEST_TIME = 64;

    private ListRequests() {}

    /**
     * What is asked for.
     *
     * @throws org.dmsc.schemas.RefusedException INVALID_REQUEST
     */
    public static TaskFilter filter(ObjectNode request) {
        Fields fields = Fields.ofRequest(request, "");
        return new TaskFilter(
                fields.id("contextId", Messages.LONGEST_ID),
                state(fields),
                since(fields),
                fields.whole("pageSize", 1, TaskFilter.MOST).map(Long::intValue).orElse(TaskFilter.USUAL),
                fields.text("pageToken", LONGEST_TOKEN)
                        .filter(token -> !token.isEmpty())
                        .map(TaskCursor::of),
                fields.flag("includeArtifacts"),
                // None wished: none given. A list is for looking through.
                OptionalInt.of(SendRequests.historyLength(request).orElse(0)));
    }

    /** A {@code ListTasksResponse}: each member is there, also when it is empty or 0. */
    public static ObjectNode response(TaskPage page, TaskFilter filter) {
        ObjectNode response = A2aJson.object();
        ArrayNode tasks = response.putArray("tasks");
        page.tasks().forEach(view -> tasks.add(Tasks.task(view, OptionalInt.empty())));
        response.put("nextPageToken", page.next().map(TaskCursor::token).orElse(""));
        response.put("pageSize", filter.pageSize());
        response.put("totalSize", page.total());
        return response;
    }

    private static Optional<TaskStateName> state(Fields fields) {
        Optional<String> wire = fields.text("status", Messages.LONGEST_ID)
                .filter(name -> !name.isEmpty() && !name.equals("TASK_STATE_UNSPECIFIED"));
        if (wire.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(States.read(wire.get())
                .orElseThrow(() -> fields.wrong(
                        "status", "is '" + Printable.of(wire.get()) + "'", "a task state such as TASK_STATE_WORKING")));
    }

    private static OptionalLong since(Fields fields) {
        Optional<String> time =
                fields.text("statusTimestampAfter", LONGEST_TIME).filter(text -> !text.isEmpty());
        if (time.isEmpty()) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(OffsetDateTime.parse(time.get()).toInstant().toEpochMilli());
        } catch (DateTimeException | ArithmeticException e) {
            throw fields.wrong(
                    "statusTimestampAfter",
                    "is '" + Printable.of(time.get()) + "'",
                    "a time such as 2026-01-31T12:00:00Z");
        }
    }
}
