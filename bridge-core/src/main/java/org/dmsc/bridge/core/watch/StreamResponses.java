package org.dmsc.bridge.core.watch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.dmsc.bridge.core.Failure;
import org.dmsc.bridge.core.StoredTask;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.schemas.avro.TaskEventKind;
import org.dmsc.schemas.avro.TaskStateName;

/** A2A {@code StreamResponse}s that the fabric itself says: nobody else is left to tell the caller how its task ended, or there yet. */
final class StreamResponses {

    /** Extension under which fabric data travels in A2A metadata. */
    static final String EXTENSION = "urn:dmsc:ext:delegation:1";

    private final ObjectMapper json;

    StreamResponses(ObjectMapper json) {
        this.json = json;
    }

    /** {@code {"statusUpdate":…}} for an event of the fabric that ended a task, or asks its caller something. */
    byte[] said(TaskEvent event, TaskStateName state) {
        ObjectNode root = json.createObjectNode();
        ObjectNode update = root.putObject("statusUpdate");
        update.put("taskId", event.getTaskId());
        update.put("contextId", event.getContextId());
        ObjectNode status = update.putObject("status");
        status.put("state", "TASK_STATE_" + state.name());
        status.put("timestamp", timestamp(event.getTime()));
        if (event.getRefusal() != null || event.getReason() != null) {
            message(status.putObject("message"), event);
        }
        return bytes(root);
    }

    /** The event that must have ended a stored task, for a store that keeps only what agents said. */
    static TaskEvent endOf(StoredTask stored) {
        return TaskEvent.newBuilder()
                .setEventId(stored.taskId() + ".end")
                .setTaskId(stored.taskId())
                .setContextId(stored.contextId())
                .setKind(TaskEventKind.ENDED)
                .setAttempt(stored.progress().lastAttempt())
                .setState(stored.progress().state())
                .setBy("")
                .setTime(stored.updatedAt())
                .setRefusal(stored.failure()
                        .map(failure -> failure.refusal().name())
                        .orElse(null))
                .setReason(stored.failure().map(Failure::reason).orElse(null))
                .build();
    }

    private static void message(ObjectNode message, TaskEvent event) {
        message.put("messageId", event.getEventId());
        message.put("role", "ROLE_AGENT");
        message.put("taskId", event.getTaskId());
        message.put("contextId", event.getContextId());
        message.putArray("parts").addObject().put("text", reason(event));
        ObjectNode extension = message.putObject("metadata").putObject(EXTENSION);
        extension.put("refusal", refusal(event).name());
        message.putArray("extensions").add(EXTENSION);
    }

    /** Why the fabric ended it, for people. */
    static String reason(TaskEvent event) {
        return event.getReason() == null ? refusal(event).meaning() : event.getReason();
    }

    /** Why the fabric ended it; INTERNAL when a newer node used a code that is not known here. */
    static Refusal refusal(TaskEvent event) {
        String code = event.getRefusal();
        if (code != null) {
            for (Refusal known : Refusal.values()) {
                if (known.name().equals(code)) {
                    return known;
                }
            }
        }
        return Refusal.INTERNAL;
    }

    /** ISO 8601 in UTC with milliseconds, as A2A wants it. */
    static String timestamp(long millis) {
        return Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.MILLIS).toString();
    }

    private byte[] bytes(ObjectNode node) {
        try {
            return json.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an object of plain values must be writable", e);
        }
    }
}
