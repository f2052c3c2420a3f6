package org.dmsc.bridge.core.a2a;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.TaskStateName;

/**
 * What one agent answers to one delivery, read in order: checked, given the fabric's ids, and cut off after the end. Never lets a broken
 * object through. One instance per delivery; thread-safe.
 *
 * <pre>
 *   message           statusUpdate COMPLETED with that message
 *   task              its artifacts, then its status
 *   statusUpdate      itself
 *   artifactUpdate    itself
 *   after the end     nothing; counted
 *   anything else     INVALID_AGENT_RESPONSE
 * </pre>
 */
public final class AgentReplies {

    private static final Set<String> KINDS = Set.of("task", "message", "statusUpdate", "artifactUpdate");
    private static final int MOST_ARTIFACTS = 1024;

    private final TaskKey key;
    private final Clock clock;
    private Optional<String> agentTaskId;
    private boolean finished;
    private int ignored;

    private AgentReplies(TaskKey key, Clock clock, Optional<String> agentTaskId) {
        this.key = key;
        this.clock = clock;
        this.agentTaskId = agentTaskId;
    }

    /** Of an agent that is an A2A server: it names its task itself, once. */
    public static AgentReplies ofServer(TaskKey key, Clock clock) {
        return new AgentReplies(key, clock, Optional.empty());
    }

    /** Of an agent that was told the task id and MUST answer with it (A2A over MQTT). */
    public static AgentReplies ofRequester(TaskKey key, Clock clock) {
        return new AgentReplies(key, clock, Optional.of(key.taskId()));
    }

    /**
     * Reads a {@code StreamResponse} or {@code SendMessageResponse}.
     *
     * @return what it says, in order; empty when the answer had ended before
     * @throws RefusedException INVALID_AGENT_RESPONSE
     */
    public synchronized List<AgentReply> read(ObjectNode response) {
        if (finished) {
            ignored++;
            return List.of();
        }
        Fields fields = new Fields(response, "answer", Refusal.INVALID_AGENT_RESPONSE);
        Set<String> kinds = KINDS.stream().filter(fields::has).collect(Collectors.toUnmodifiableSet());
        if (kinds.size() != 1) {
            throw invalid("answer: holds " + (kinds.isEmpty() ? "none" : kinds.size())
                    + " of task, message, statusUpdate and artifactUpdate (expected exactly one)");
        }
        String kind = kinds.iterator().next();
        Fields body = new Fields(fields.requiredObject(kind), kind, Refusal.INVALID_AGENT_RESPONSE);
        List<AgentReply> replies = read(kind, body);
        finished = replies.stream()
                .anyMatch(reply -> reply.state().filter(States::terminal).isPresent());
        return replies;
    }

    /** Reads a bare {@code Task}, as {@code GetTask} answers it. */
    public List<AgentReply> readTask(ObjectNode task) {
        return read(A2aJson.object().set("task", task));
    }

    /** A terminal state was read. */
    public synchronized boolean finished() {
        return finished;
    }

    /** How many answers came after the end. */
    public synchronized int ignored() {
        return ignored;
    }

    /** The agent's own name of the task, once it gave one. */
    public synchronized Optional<String> agentTaskId() {
        return agentTaskId;
    }

    private List<AgentReply> read(String kind, Fields body) {
        switch (kind) {
            case "message":
                return List.of(direct(body));
            case "task":
                return task(body);
            case "statusUpdate":
                checkTaskId(body, "taskId");
                return List.of(status(body));
            case "artifactUpdate":
                checkTaskId(body, "taskId");
                return List.of(artifact(body));
            default:
                throw new IllegalStateException("unknown kind of answer: " + kind);
        }
    }

    private AgentReply direct(Fields body) {
        ObjectNode message = message(body);
        return statusReply(TaskStateName.COMPLETED, Optional.of(message));
    }

    private List<AgentReply> task(Fields task) {
        checkTaskId(task, "id");
        List<AgentReply> replies = new ArrayList<>();
        for (ObjectNode artifact : task.objects("artifacts", MOST_ARTIFACTS)) {
            replies.add(artifactReply(artifact, Optional.empty()));
        }
        replies.add(status(task));
        return replies;
    }

    private AgentReply status(Fields holder) {
        Fields status =
                new Fields(holder.requiredObject("status"), holder.path() + ".status", Refusal.INVALID_AGENT_RESPONSE);
        String wire = status.requiredText("state", Messages.LONGEST_ID);
        TaskStateName state = States.read(wire)
                .orElseThrow(
                        () -> status.wrong("state", "is '" + Printable.of(wire) + "'", "a TASK_STATE_… of A2A 1.0"));
        Optional<ObjectNode> message = status.object("message")
                .map(said -> message(new Fields(said, status.path() + ".message", Refusal.INVALID_AGENT_RESPONSE)));
        return statusReply(state, message);
    }

    private AgentReply artifact(Fields update) {
        return artifactReply(update.requiredObject("artifact"), Optional.of(update));
    }

    private AgentReply statusReply(TaskStateName state, Optional<ObjectNode> message) {
        return new AgentReply(Optional.of(state), Tasks.statusUpdate(key, state, message, clock.millis()));
    }

    private AgentReply artifactReply(ObjectNode artifact, Optional<Fields> update) {
        Messages.checkArtifact(new Fields(artifact, "artifact", Refusal.INVALID_AGENT_RESPONSE));
        DelegationExtension.strip(artifact);
        ObjectNode response = A2aJson.object();
        ObjectNode written = response.putObject("artifactUpdate");
        written.put("taskId", key.taskId());
        written.put("contextId", key.contextId());
        written.set("artifact", artifact);
        update.ifPresent(given -> copyFlags(given, written));
        return new AgentReply(Optional.empty(), response);
    }

    private static void copyFlags(Fields from, ObjectNode to) {
        if (from.flag("append")) {
            to.put("append", true);
        }
        if (from.flag("lastChunk")) {
            to.put("lastChunk", true);
        }
    }

    private ObjectNode message(Fields fields) {
        Messages.check(fields);
        ObjectNode message = fields.node();
        DelegationExtension.strip(message);
        message.put("taskId", key.taskId());
        message.put("contextId", key.contextId());
        // Whatever it claims: what comes from an agent is an agent's.
        message.put("role", "ROLE_AGENT");
        return message;
    }

    private void checkTaskId(Fields holder, String name) {
        String given = holder.id(name, Messages.LONGEST_ID)
                .orElseThrow(() -> holder.wrong(name, "is missing", "the task's id"));
        if (agentTaskId.isPresent() && !agentTaskId.get().equals(given)) {
            throw holder.wrong(
                    name,
                    "is '" + Printable.of(given) + "'",
                    "'" + Printable.of(agentTaskId.get()) + "', the task it was given");
        }
        agentTaskId = Optional.of(given);
    }

    private static RefusedException invalid(String sentence) {
        return new RefusedException(Refusal.INVALID_AGENT_RESPONSE, sentence);
    }
}
