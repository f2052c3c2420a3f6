package org.dmsc.bridge.core.a2a.v03;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Set;
import org.dmsc.bridge.core.a2a.A2aJson;

/** A2A 1.0 as 0.3. Objects that are given are not changed. */
public final class Downgrade {

    private static final String STATE = "TASK_STATE_";
    private static final Set<String> FINAL = Set.of(
            "TASK_STATE_COMPLETED",
            "TASK_STATE_FAILED",
            "TASK_STATE_CANCELED",
            "TASK_STATE_REJECTED",
            "TASK_STATE_INPUT_REQUIRED",
            "TASK_STATE_AUTH_REQUIRED");

    private final Style style;

    public Downgrade(Style style) {
        this.style = style;
    }

    /** A {@code StreamResponse} or {@code SendMessageResponse}. */
    public ObjectNode response(ObjectNode response) {
        if (response.get("message") instanceof ObjectNode message) {
            return named("message", message(message));
        }
        if (response.get("task") instanceof ObjectNode task) {
            return named("task", task(task));
        }
        if (response.get("statusUpdate") instanceof ObjectNode update) {
            ObjectNode old = kind("status-update", update);
            old.put("final", FINAL.contains(update.path("status").path("state").asText()));
            status(old);
            return named("statusUpdate", old);
        }
        if (response.get("artifactUpdate") instanceof ObjectNode update) {
            ObjectNode old = kind("artifact-update", update);
            if (old.get("artifact") instanceof ObjectNode artifact) {
                old.set("artifact", artifact(artifact));
            }
            return named("artifactUpdate", old);
        }
        return response;
    }

    private ObjectNode named(String name, ObjectNode old) {
        return style == Style.KIND ? old : A2aJson.object().set(name, old);
    }

    /** A task. */
    public ObjectNode task(ObjectNode task) {
        ObjectNode old = kind("task", task);
        status(old);
        Upgrade.each(old, "artifacts", this::artifact);
        Upgrade.each(old, "history", this::message);
        return old;
    }

    /** A message. */
    public ObjectNode message(ObjectNode message) {
        ObjectNode old = kind("message", message);
        String role = old.path("role").asText();
        if (style == Style.KIND && role.startsWith("ROLE_")) {
            old.put("role", role.substring("ROLE_".length()).toLowerCase(Locale.ROOT));
        }
        Upgrade.each(old, "parts", this::part);
        if (style == Style.PROTO && old.has("parts")) {
            old.set("content", old.remove("parts"));
        }
        return old;
    }

    private ObjectNode artifact(ObjectNode artifact) {
        ObjectNode old = Upgrade.without(artifact, "");
        Upgrade.each(old, "parts", this::part);
        return old;
    }

    private void status(ObjectNode holder) {
        if (!(holder.get("status") instanceof ObjectNode status)) {
            return;
        }
        ObjectNode old = Upgrade.without(status, "");
        old.put("state", state(status.path("state").asText()));
        if (status.get("message") instanceof ObjectNode message) {
            old.set("message", message(message));
        }
        holder.set("status", old);
    }

    private String state(String state) {
        if (style == Style.PROTO) {
            return state.equals(STATE + "CANCELED") ? STATE + "CANCELLED" : state;
        }
        if (state.equals(STATE + "UNSPECIFIED") || !state.startsWith(STATE)) {
            return "unknown";
        }
        return state.substring(STATE.length()).toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private ObjectNode part(ObjectNode part) {
        ObjectNode old = A2aJson.object();
        if (part.has("text")) {
            kind(old, "text").set("text", part.get("text"));
        } else if (part.has("url") || part.has("raw")) {
            ObjectNode file = kind(old, "file").putObject("file");
            Upgrade.move(part, file, "url", style == Style.KIND ? "uri" : "fileWithUri");
            Upgrade.move(part, file, "raw", style == Style.KIND ? "bytes" : "fileWithBytes");
            Upgrade.move(part, file, "mediaType", "mimeType");
            Upgrade.move(part, file, "filename", "name");
        } else {
            data(kind(old, "data"), part.path("data"));
        }
        Upgrade.move(part, old, "metadata", "metadata");
        return old;
    }

    /** Data was an object then: another value goes into one. */
    private void data(ObjectNode old, JsonNode data) {
        JsonNode object = data.isObject() ? data : A2aJson.object().set("value", data);
        old.set("data", style == Style.KIND ? object : A2aJson.object().set("data", object));
    }

    private ObjectNode kind(String kind, ObjectNode of) {
        ObjectNode old = A2aJson.object();
        kind(old, kind);
        of.properties().forEach(field -> old.set(field.getKey(), field.getValue()));
        return old;
    }

    private ObjectNode kind(ObjectNode old, String kind) {
        return style == Style.KIND ? old.put("kind", kind) : old;
    }
}
