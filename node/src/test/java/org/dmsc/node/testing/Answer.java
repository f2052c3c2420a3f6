package org.dmsc.node.testing;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** An HTTP answer. */
public record Answer(int status, JsonNode body, List<JsonNode> events) {

    /** A2A's stable reason of an error. */
    public String reason() {
        JsonNode data = body.at("/error/data/0/reason");
        return data.isMissingNode() ? body.at("/error/details/0/reason").asText() : data.asText();
    }

    /** The task of a send or get, in either binding. */
    public JsonNode task() {
        JsonNode rpc = body.path("result");
        JsonNode answer = rpc.isMissingNode() ? body : rpc;
        return answer.has("task") ? answer.path("task") : answer;
    }

    /** State of that task, without its prefix. */
    public String state() {
        return task().at("/status/state").asText().replace("TASK_STATE_", "");
    }

    /** All text in the task's artifacts and status message. */
    public String text() {
        StringBuilder text = new StringBuilder();
        task().path("artifacts")
                .forEach(a ->
                        a.path("parts").forEach(p -> text.append(p.path("text").asText())));
        task().at("/status/message/parts")
                .forEach(p -> text.append(p.path("text").asText()));
        return text.toString();
    }
}
