package org.dmsc.node.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Collectors;

/** An A2A task as a caller got it, read by its public names only. */
record A2aTask(JsonNode json) {

    private static final String DELEGATION = "urn:dmsc:ext:delegation:1";

    String id() {
        return Json.text(json, "id");
    }

    String state() {
        return Json.text(json, "status.state").replace("TASK_STATE_", "");
    }

    boolean completed() {
        return state().equals("COMPLETED");
    }

    /** Who got it: {@code <tenant>/<agent>} or the agent's id, as the fabric wrote it. */
    String assignee() {
        String assignee = Json.text(delegation(), "assignee");
        return assignee.substring(assignee.lastIndexOf('/') + 1);
    }

    int attempt() {
        return delegation().path("attempt").asInt();
    }

    /** Why this agent. */
    List<String> reasons() {
        return Json.elements(delegation().path("reasons")).map(JsonNode::asText).toList();
    }

    /** Everything that its artifacts and its last message say. */
    String answer() {
        String artifacts = Json.elements(json.path("artifacts"))
                .flatMap(artifact -> Json.elements(artifact.path("parts")))
                .map(part -> part.path("text").asText(""))
                .collect(Collectors.joining(" "));
        String message = Json.elements(json.path("status").path("message").path("parts"))
                .map(part -> part.path("text").asText(""))
                .collect(Collectors.joining(" "));
        return (artifacts + " " + message).trim();
    }

    private JsonNode delegation() {
        return json.path("metadata").path(DELEGATION);
    }
}
