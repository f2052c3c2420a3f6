package org.dmsc.bridge.core.a2a;

import com.fasterxml.jackson.databind.JsonNode;
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
 *   task              its artifacts, then its status; shown again: only what of it is news
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
    private final Heard heard;
    private Optional<String> agentTaskId;
    private Optional<String> agentContextId = Optional.empty();
    private boolean finished;
    private int ignored;

    private AgentReplies(TaskKey key, Clock clock, Heard heard, Optional<String> agentTaskId) {
        this.key = key;
        this.clock = clock;
        this.heard = heard;
        this.agentTaskId = agentTaskId;
    }

    /** Of an agent that is an A2A server: it names its task itself, once. */
    public static AgentReplies ofServer(TaskKey key, Clock clock) {
        return new AgentReplies(key, clock, new Heard(), Optional.empty());
    }

    /** Of the same agent after a follow-up: it still calls the task the same, and what was heard of it is no news. */
    public static AgentReplies following(TaskKey key, Clock clock, Heard heard, String agentTaskId) {
        return new AgentReplies(key, clock, heard, Optional.of(agentTaskId));
    }

    /** Of an agent that was told the task id and MUST answer with it (A2A over MQTT). */
    public static AgentReplies ofRequester(TaskKey key, Clock clock) {
        return new AgentReplies(key, clock, new Heard(), Optional.of(key.taskId()));
    }

    /** Reads a {@code SendMessageResponse}: its status counts even when it was heard before, because nothing else is said. */
    public List<AgentReply> readWhole(ObjectNode response) {
        List<AgentReply> replies = read(response);
        if (!replies.isEmpty() || !(response.get("task") instanceof ObjectNode task) || finished()) {
            return replies;
        }
        return List.of(status(new Fields(task, "task", Refusal.INVALID_AGENT_RESPONSE)));
    }

    /**
     * Reads a {@code StreamResponse}.
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

    /** What was heard so far, for the answers to a message that follows up. */
    public Heard heard() {
        return heard;
    }

    /** The agent's own name of the conversation, once it gave one: what follows up must name it. */
    public synchronized Optional<String> agentContextId() {
        return agentContextId;
    }

    private List<AgentReply> read(String kind, Fields body) {
        switch (kind) {
            case "message":
                return List.of(direct(body));
            case "task":
                return task(body);
            case "statusUpdate":
                checkTaskId(body, "taskId");
                AgentReply update = status(body);
                isNews(body);
                return List.of(update);
            case "artifactUpdate":
                checkTaskId(body, "taskId");
                return List.of(artifact(body));
            default:
                throw new IllegalStateException("unknown kind of answer: " + kind);
        }
    }

    private AgentReply direct(Fields body) {
        ObjectNode message = message(body);
        return statusReply(TaskStateName.COMPLETED, Optional.of(message), Optional.empty());
    }

    /** An update is passed on whatever was heard before; a task is a state, so that only what changed in it is news. */
    private List<AgentReply> task(Fields task) {
        checkTaskId(task, "id");
        List<AgentReply> replies = new ArrayList<>();
        for (ObjectNode artifact : task.objects("artifacts", MOST_ARTIFACTS)) {
            checked(artifact);
            heard.shown(artifact).ifPresent(news -> {
                ObjectNode response = artifactUpdate(news.artifact());
                if (news.appends()) {
                    ((ObjectNode) response.get("artifactUpdate")).put("append", true);
                }
                replies.add(new AgentReply(Optional.empty(), response));
            });
        }
        AgentReply status = status(task);
        if (isNews(task)) {
            replies.add(status);
        }
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
        return statusReply(state, message, metadata(holder));
    }

    /** Notes the status; false when it is the one that was heard last. */
    private boolean isNews(Fields holder) {
        JsonNode status = holder.node().path("status");
        return heard.changed(status.path("state").asText(), status.path("message"));
    }

    private AgentReply artifact(Fields update) {
        ObjectNode artifact = update.requiredObject("artifact");
        checked(artifact);
        heard.update(artifact, update.flag("append"));
        ObjectNode response = artifactUpdate(artifact);
        ObjectNode written = (ObjectNode) response.get("artifactUpdate");
        for (String flag : List.of("append", "lastChunk")) {
            if (update.flag(flag)) {
                written.put(flag, true);
            }
        }
        metadata(update).ifPresent(said -> written.set("metadata", said));
        return new AgentReply(Optional.empty(), response);
    }

    private AgentReply statusReply(TaskStateName state, Optional<ObjectNode> message, Optional<ObjectNode> metadata) {
        ObjectNode response = Tasks.statusUpdate(key, state, message, clock.millis());
        metadata.ifPresent(said -> ((ObjectNode) response.get("statusUpdate")).set("metadata", said));
        return new AgentReply(Optional.of(state), response);
    }

    private ObjectNode artifactUpdate(ObjectNode artifact) {
        ObjectNode response = A2aJson.object();
        ObjectNode written = response.putObject("artifactUpdate");
        written.put("taskId", key.taskId());
        written.put("contextId", key.contextId());
        written.set("artifact", artifact);
        return response;
    }

    private static void checked(ObjectNode artifact) {
        Messages.checkArtifact(new Fields(artifact, "artifact", Refusal.INVALID_AGENT_RESPONSE));
        DelegationExtension.strip(artifact);
    }

    /** What an update or a task says beside its contents, without what only the fabric may say. */
    private static Optional<ObjectNode> metadata(Fields holder) {
        holder.object("metadata");
        DelegationExtension.strip(holder.node());
        return holder.object("metadata");
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
        agentContextId = holder.id("contextId", Messages.LONGEST_ID).or(() -> agentContextId);
    }

    private static RefusedException invalid(String sentence) {
        return new RefusedException(Refusal.INVALID_AGENT_RESPONSE, sentence);
    }
}
