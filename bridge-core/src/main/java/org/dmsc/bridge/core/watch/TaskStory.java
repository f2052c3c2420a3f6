package org.dmsc.bridge.core.watch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Folds the updates of a task into what {@code GetTask} shows: newest status message, artifacts with appended chunks joined, history.
 * An artifact of a later attempt drops those of earlier ones: the attempt that made them failed. Not thread-safe; made anew for each view.
 */
final class TaskStory {

    private final ObjectMapper json;
    private final Map<String, ObjectNode> artifacts = new LinkedHashMap<>();
    private final List<byte[]> history = new ArrayList<>();
    private Optional<byte[]> statusMessage = Optional.empty();
    private int attempt;

    TaskStory(ObjectMapper json, byte[] callersMessage) {
        this.json = json;
        if (callersMessage.length > 0) {
            history.add(callersMessage);
        }
    }

    /** Adds one update; what is not a known kind of {@code StreamResponse} adds nothing. */
    void add(int ofAttempt, byte[] streamResponse) {
        if (ofAttempt > attempt) {
            artifacts.clear();
            attempt = ofAttempt;
        }
        try {
            JsonNode root = json.readTree(streamResponse);
            status(root.path("statusUpdate").path("status"));
            artifact(root.path("artifactUpdate"));
        } catch (IOException e) {
            // The agent's bridge checked it before it was sealed; a part that cannot be read now has nothing to show.
            return;
        }
    }

    Optional<byte[]> statusMessage() {
        return statusMessage;
    }

    List<byte[]> artifacts() {
        return artifacts.values().stream().map(this::bytes).toList();
    }

    List<byte[]> history() {
        return history;
    }

    /** A status replaces the one before it whole: what that said is history, also when the new one says nothing. */
    private void status(JsonNode status) {
        if (status.isObject()) {
            statusMessage.ifPresent(history::add);
            JsonNode message = status.path("message");
            statusMessage = message.isObject() ? Optional.of(bytes(message)) : Optional.empty();
        }
    }

    private void artifact(JsonNode update) {
        if (!(update.path("artifact") instanceof ObjectNode artifact)) {
            return;
        }
        String id = artifact.path("artifactId").asText();
        ObjectNode known = artifacts.get(id);
        if (known != null && update.path("append").asBoolean() && known.path("parts") instanceof ArrayNode parts) {
            artifact.path("parts").forEach(parts::add);
        } else {
            artifacts.put(id, artifact);
        }
    }

    private byte[] bytes(JsonNode node) {
        try {
            return json.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("JSON that was read must be writable", e);
        }
    }
}
