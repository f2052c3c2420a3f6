package org.dmsc.bridge.core.a2a.v03;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import org.dmsc.bridge.core.a2a.A2aJson;

/** A2A 0.3, in either of its styles, as 1.0. Objects that are given are not changed. */
public final class Upgrade {

    private static final String STATE = "TASK_STATE_";

    private Upgrade() {}

    /** What an agent answered or streamed, as a {@code StreamResponse}. */
    public static ObjectNode response(ObjectNode old) {
        ObjectNode response = A2aJson.object();
        switch (old.path("kind").asText()) {
            case "message":
                return response.set("message", message(old));
            case "task":
                return response.set("task", task(old));
            case "status-update":
                return response.set("statusUpdate", statusUpdate(old));
            case "artifact-update":
                return response.set("artifactUpdate", artifactUpdate(old));
            default:
                return named(old, response);
        }
    }

    private static ObjectNode named(ObjectNode old, ObjectNode response) {
        for (String name : List.of("msg", "message")) {
            if (old.get(name) instanceof ObjectNode message) {
                response.set("message", message(message));
            }
        }
        if (old.get("task") instanceof ObjectNode task) {
            response.set("task", task(task));
        }
        if (old.get("statusUpdate") instanceof ObjectNode update) {
            response.set("statusUpdate", statusUpdate(update));
        }
        if (old.get("artifactUpdate") instanceof ObjectNode update) {
            response.set("artifactUpdate", artifactUpdate(update));
        }
        return response;
    }

    /** A task. */
    public static ObjectNode task(ObjectNode old) {
        ObjectNode task = without(old, "kind");
        status(task);
        each(task, "artifacts", Upgrade::artifact);
        each(task, "history", Upgrade::message);
        return task;
    }

    /** A message. */
    public static ObjectNode message(ObjectNode old) {
        ObjectNode message = without(old, "kind");
        if (message.get("content") instanceof ArrayNode content && !message.has("parts")) {
            message.remove("content");
            message.set("parts", content);
        }
        String role = message.path("role").asText();
        if (role.equals("user") || role.equals("agent")) {
            message.put("role", "ROLE_" + role.toUpperCase(Locale.ROOT));
        }
        each(message, "parts", Upgrade::part);
        return message;
    }

    /** The state that 1.0 has for one of 0.3. */
    static String state(String old) {
        if (old.equals(STATE + "CANCELLED")) {
            return STATE + "CANCELED";
        }
        if (old.startsWith(STATE) || old.isEmpty()) {
            return old;
        }
        return old.equals("unknown")
                ? STATE + "UNSPECIFIED"
                : STATE + old.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private static ObjectNode statusUpdate(ObjectNode old) {
        ObjectNode update = without(old, "kind");
        update.remove("final");
        status(update);
        return update;
    }

    private static ObjectNode artifactUpdate(ObjectNode old) {
        ObjectNode update = without(old, "kind");
        if (update.get("artifact") instanceof ObjectNode artifact) {
            update.set("artifact", artifact(artifact));
        }
        return update;
    }

    private static ObjectNode artifact(ObjectNode old) {
        ObjectNode artifact = without(old, "kind");
        each(artifact, "parts", Upgrade::part);
        return artifact;
    }

    private static void status(ObjectNode holder) {
        if (!(holder.get("status") instanceof ObjectNode old)) {
            return;
        }
        ObjectNode status = old.deepCopy();
        if (status.path("state").isTextual()) {
            status.put("state", state(status.get("state").textValue()));
        }
        for (String name : List.of("update", "message")) {
            if (status.get(name) instanceof ObjectNode message) {
                status.remove(name);
                status.set("message", message(message));
            }
        }
        holder.set("status", status);
    }

    /** A file's two forms are two kinds of part now; data of the protobuf form is wrapped once more. */
    private static ObjectNode part(ObjectNode old) {
        ObjectNode part = without(old, "kind");
        if (part.get("file") instanceof ObjectNode file) {
            part.remove("file");
            move(file, part, "uri", "url");
            move(file, part, "fileWithUri", "url");
            move(file, part, "bytes", "raw");
            move(file, part, "fileWithBytes", "raw");
            move(file, part, "mimeType", "mediaType");
            move(file, part, "name", "filename");
        }
        JsonNode data = part.path("data");
        if (!old.has("kind") && data.size() == 1 && data.has("data")) {
            part.set("data", data.get("data"));
        }
        return part;
    }

    static void move(ObjectNode from, ObjectNode to, String oldName, String newName) {
        JsonNode value = from.get(oldName);
        if (value != null
                && !value.isNull()
                && !(value.isTextual() && value.textValue().isEmpty())) {
            to.set(newName, value);
        }
    }

    static ObjectNode without(ObjectNode old, String member) {
        ObjectNode copy = A2aJson.object();
        old.properties().forEach(field -> {
            if (!field.getKey().equals(member)) {
                copy.set(field.getKey(), field.getValue());
            }
        });
        return copy;
    }

    static void each(ObjectNode holder, String name, java.util.function.UnaryOperator<ObjectNode> change) {
        if (holder.get(name) instanceof ArrayNode old) {
            ArrayNode changed = A2aJson.array();
            old.forEach(one -> changed.add(one instanceof ObjectNode object ? change.apply(object) : one));
            holder.set(name, changed);
        }
    }
}
