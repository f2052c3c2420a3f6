package org.dmsc.bridge.core.a2a;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.dmsc.bridge.core.Assignment;
import org.dmsc.bridge.core.Failure;
import org.dmsc.bridge.core.TaskView;
import org.dmsc.schemas.avro.TaskStateName;

/** Writes A2A tasks and their events. */
public final class Tasks {

    private Tasks() {}

    /** An A2A {@code Task}. No {@code historyLength}: all the fabric has; 0: none; n: at most the n newest messages. */
    public static ObjectNode task(TaskView view, OptionalInt historyLength) {
        ObjectNode task = A2aJson.object();
        task.put("id", view.taskId());
        task.put("contextId", view.contextId());
        task.set("status", status(view.state(), statusMessage(view), view.updatedAt()));
        ArrayNode artifacts = A2aJson.array();
        view.artifacts().forEach(artifact -> artifacts.add(A2aJson.parse(artifact)));
        if (!artifacts.isEmpty()) {
            task.set("artifacts", artifacts);
        }
        ArrayNode history = history(view, historyLength);
        if (!history.isEmpty()) {
            task.set("history", history);
        }
        view.assignment().ifPresent(assignment -> describe(DelegationExtension.in(task), assignment));
        view.failure()
                .ifPresent(failure -> DelegationExtension.in(task)
                        .put("refusal", failure.refusal().name()));
        return task;
    }

    /** A {@code StreamResponse} that shows the task. */
    public static ObjectNode taskResponse(ObjectNode task) {
        return A2aJson.object().set("task", task);
    }

    /** A {@code StreamResponse} with a status update. */
    public static ObjectNode statusUpdate(TaskKey key, TaskStateName state, Optional<ObjectNode> message, long time) {
        ObjectNode response = A2aJson.object();
        ObjectNode update = response.putObject("statusUpdate");
        update.put("taskId", key.taskId());
        update.put("contextId", key.contextId());
        update.set("status", status(state, message, time));
        return response;
    }

    /** A message of one text part, as the fabric or an agent says it about a task. */
    public static ObjectNode textMessage(TaskKey key, String messageId, String text) {
        ObjectNode message = A2aJson.object();
        message.put("messageId", messageId);
        message.put("taskId", key.taskId());
        message.put("contextId", key.contextId());
        message.put("role", "ROLE_AGENT");
        message.putArray("parts").addObject().put("text", text);
        return message;
    }

    private static Optional<ObjectNode> statusMessage(TaskView view) {
        if (view.statusMessage().isPresent()) {
            return Optional.of(A2aJson.parse(view.statusMessage().get()));
        }
        TaskKey key = new TaskKey(view.taskId(), view.contextId());
        return view.failure().map(failure -> textMessage(key, view.taskId() + ".failure", sentence(failure)));
    }

    private static String sentence(Failure failure) {
        return Errors.visible(failure.refusal(), failure.reason());
    }

    static ObjectNode status(TaskStateName state, Optional<ObjectNode> message, long time) {
        ObjectNode status = A2aJson.object();
        status.put("state", States.wire(state));
        message.ifPresent(said -> status.set("message", said));
        status.put(
                "timestamp",
                Instant.ofEpochMilli(time).truncatedTo(ChronoUnit.MILLIS).toString());
        return status;
    }

    private static void describe(ObjectNode extension, Assignment assignment) {
        extension.put("assignee", assignment.agent().toString());
        extension.put("skill", assignment.skill());
        extension.put("attempt", assignment.attempt());
        ArrayNode reasons = extension.putArray("reasons");
        assignment.reasons().forEach(reasons::add);
    }

    private static ArrayNode history(TaskView view, OptionalInt historyLength) {
        List<byte[]> all = view.history();
        int most = Math.min(all.size(), historyLength.orElse(all.size()));
        ArrayNode history = A2aJson.array();
        all.subList(all.size() - most, all.size()).forEach(message -> {
            ObjectNode said = A2aJson.parse(message);
            DelegationExtension.strip(said);
            history.add(said);
        });
        return history;
    }
}
