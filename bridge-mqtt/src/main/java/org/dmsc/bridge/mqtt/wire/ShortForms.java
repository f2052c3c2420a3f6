package org.dmsc.bridge.mqtt.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.TaskKey;

/** Fills in what small devices may leave out of an envelope's body, so that what comes after reads plain A2A. */
public final class ShortForms {

    private ShortForms() {}

    /** A request's {@code SendMessageRequest}: message id, role and task id come from the envelope. */
    public static ObjectNode request(Envelope envelope) {
        ObjectNode params = envelope.body();
        if (params.get("message") instanceof ObjectNode message) {
            absent(message, "messageId", envelope.id());
            absent(message, "role", "ROLE_USER");
            absent(message, "taskId", envelope.id());
        }
        return params;
    }

    /** An answer that ends a task; {@code {"text": …}} completes it. */
    public static ObjectNode reply(Envelope envelope, Optional<TaskKey> task) {
        ObjectNode body = envelope.body();
        if (body.path("text").isTextual()) {
            ObjectNode message = A2aJson.object();
            message.putArray("parts").addObject().set("text", body.get("text"));
            return complete(envelope, A2aJson.object().set("message", message), task);
        }
        return complete(envelope, body, task);
    }

    /** Progress; {@code {"text": …}} is a working status with that text. */
    public static ObjectNode event(Envelope envelope, Optional<TaskKey> task) {
        ObjectNode body = envelope.body();
        if (body.path("text").isTextual()) {
            ObjectNode response = A2aJson.object();
            ObjectNode status = response.putObject("statusUpdate").putObject("status");
            status.put("state", "TASK_STATE_WORKING");
            status.putObject("message").putArray("parts").addObject().set("text", body.get("text"));
            return complete(envelope, response, task);
        }
        return complete(envelope, body, task);
    }

    private static ObjectNode complete(Envelope envelope, ObjectNode response, Optional<TaskKey> task) {
        for (String member : new String[] {"statusUpdate", "artifactUpdate"}) {
            if (response.get(member) instanceof ObjectNode update) {
                task.ifPresent(key -> absent(update, "taskId", key.taskId()));
                said(envelope, update.path("status").path("message"));
            }
        }
        if (response.get("task") instanceof ObjectNode whole) {
            task.ifPresent(key -> absent(whole, "id", key.taskId()));
            said(envelope, whole.path("status").path("message"));
        }
        said(envelope, response.path("message"));
        return response;
    }

    private static void said(Envelope envelope, JsonNode message) {
        if (message instanceof ObjectNode object) {
            absent(object, "messageId", envelope.id());
            absent(object, "role", "ROLE_AGENT");
        }
    }

    private static void absent(ObjectNode object, String member, String value) {
        if (object.path(member).isMissingNode() || object.path(member).isNull()) {
            object.put(member, value);
        }
    }
}
