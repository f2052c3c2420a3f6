package org.dmsc.bridge.http.agents;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.dmsc.bridge.core.a2a.A2aJson;

/**
 * What an agent does, whatever binding it is asked by: the first word of a message says what becomes of its task. Written from the contract,
 * with none of the product's own reading and writing.
 */
final class Conversations {

    final List<ObjectNode> requests = new CopyOnWriteArrayList<>();
    private final Map<String, Task> tasks = new ConcurrentHashMap<>();

    /** Where an answer goes. */
    interface Out {
        void next(ObjectNode streamResponse);

        void end();

        /** The connection goes, and nothing more is said. */
        void cut();
    }

    /** An A2A error. */
    static final class Fault extends RuntimeException {
        private static final long serialVersionUID = 1L;
        final int code;
        final String reason;
        final int http;
        final int grpc;

        Fault(int code, String reason, int http, int grpc) {
            super(reason);
            this.code = code;
            this.reason = reason;
            this.http = http;
            this.grpc = grpc;
        }
    }

    private static final class Task {
        final ObjectNode shown = A2aJson.object();
        final List<Out> listeners = new ArrayList<>();

        Task(String contextId) {
            shown.put("id", UUID.randomUUID().toString());
            shown.put("contextId", contextId);
            shown.putObject("status").put("state", "TASK_STATE_WORKING");
        }

        synchronized ObjectNode snapshot() {
            return shown.deepCopy();
        }

        synchronized boolean ended() {
            return List.of("TASK_STATE_COMPLETED", "TASK_STATE_FAILED", "TASK_STATE_CANCELED", "TASK_STATE_REJECTED")
                    .contains(shown.path("status").path("state").asText());
        }

        synchronized void status(String state, String text) {
            ObjectNode update = about();
            ObjectNode status = update.putObject("status").put("state", state);
            if (!text.isEmpty()) {
                ObjectNode message = status.putObject("message");
                message.put("messageId", "said-" + text).put("role", "ROLE_AGENT");
                message.putArray("parts").addObject().put("text", text);
            }
            shown.set("status", status.deepCopy());
            say(A2aJson.object().set("statusUpdate", update));
        }

        synchronized void artifact(String id, boolean append, ArrayNode parts) {
            ObjectNode update = about();
            ObjectNode artifact = update.putObject("artifact").put("artifactId", id);
            artifact.set("parts", parts);
            if (append) {
                update.put("append", true);
            }
            update.putObject("metadata").put("of", "the agent");
            ArrayNode all = shown.withArray("artifacts");
            if (append && all.size() > 0) {
                ((ArrayNode) all.get(all.size() - 1).get("parts")).addAll(parts.deepCopy());
            } else {
                all.add(artifact.deepCopy());
            }
            say(A2aJson.object().set("artifactUpdate", update));
        }

        synchronized void listen(Out out) {
            out.next(A2aJson.object().set("task", snapshot()));
            listeners.add(out);
        }

        synchronized void release() {
            listeners.forEach(Out::end);
            listeners.clear();
        }

        synchronized void cut() {
            listeners.forEach(Out::cut);
            listeners.clear();
        }

        private void say(ObjectNode event) {
            listeners.forEach(out -> out.next(event.deepCopy()));
        }

        private ObjectNode about() {
            return A2aJson.object()
                    .put("taskId", shown.path("id").asText())
                    .put("contextId", shown.path("contextId").asText());
        }
    }

    /** SendStreamingMessage, and SendMessage for a caller that waits for the end. */
    void send(ObjectNode request, Out out) {
        requests.add(request);
        JsonNode message = request.path("message");
        String[] words = message.path("parts").path(0).path("text").asText().split(" ");
        if (words[0].equals("refuse")) {
            throw new Fault(-32005, "CONTENT_TYPE_NOT_SUPPORTED", 400, 3);
        }
        if (words[0].equals("message")) {
            ObjectNode direct = A2aJson.object();
            ObjectNode said =
                    direct.putObject("message").put("messageId", "direct").put("role", "ROLE_AGENT");
            said.set("parts", message.path("parts").deepCopy());
            out.next(direct);
            out.end();
            return;
        }
        Task task = message.has("taskId")
                ? known(message.path("taskId").asText())
                : new Task("of-agent-" + message.path("contextId").asText());
        tasks.put(task.shown.path("id").asText(), task);
        task.listen(out);
        play(task, words[0], (ArrayNode) message.path("parts"));
    }

    private static void play(Task task, String script, ArrayNode parts) {
        switch (script) {
            case "wait" -> task.status("TASK_STATE_WORKING", "waiting");
            case "ask" -> {
                task.status("TASK_STATE_INPUT_REQUIRED", "which one?");
                task.release();
            }
            case "fail" -> finish(task, "TASK_STATE_FAILED", "it broke");
            case "reject" -> finish(task, "TASK_STATE_REJECTED", "not mine");
            case "chunks" -> {
                for (String chunk : List.of("one", "two", "three")) {
                    task.artifact("a", !chunk.equals("one"), text(chunk));
                }
                finish(task, "TASK_STATE_COMPLETED", "");
            }
            case "cut", "deaf", "gone" -> {
                task.artifact("a", false, text("one"));
                task.artifact("a", true, text("two"));
                task.cut();
                task.artifact("a", true, text("three"));
                if (!script.equals("cut")) {
                    finish(task, "TASK_STATE_COMPLETED", "");
                }
            }
            default -> {
                task.artifact("a", false, parts.deepCopy());
                finish(task, "TASK_STATE_COMPLETED", "done");
            }
        }
    }

    private static void finish(Task task, String state, String text) {
        task.status(state, text);
        task.release();
    }

    /** Shows the task, then goes on: a script that was cut ends now. */
    void subscribe(ObjectNode request, Out out) {
        requests.add(request);
        Task task = known(request.path("id").asText());
        if (task.ended()) {
            throw new Fault(-32004, "UNSUPPORTED_OPERATION", 400, 9);
        }
        task.listen(out);
        task.artifact("a", true, text("four"));
        finish(task, "TASK_STATE_COMPLETED", "");
    }

    ObjectNode get(ObjectNode request) {
        requests.add(request);
        return known(request.path("id").asText()).snapshot();
    }

    ObjectNode cancel(ObjectNode request) {
        requests.add(request);
        Task task = known(request.path("id").asText());
        if (task.ended()) {
            throw new Fault(-32002, "TASK_NOT_CANCELABLE", 400, 9);
        }
        finish(task, "TASK_STATE_CANCELED", "");
        return task.snapshot();
    }

    private Task known(String id) {
        Task task = tasks.get(id);
        if (task == null) {
            throw new Fault(-32001, "TASK_NOT_FOUND", 404, 5);
        }
        return task;
    }

    private static ArrayNode text(String text) {
        ArrayNode parts = A2aJson.array();
        parts.addObject().put("text", text);
        return parts;
    }
}
