package org.dmsc.bridge.core.a2a;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import org.dmsc.bridge.core.AgentMessage;
import org.dmsc.bridge.core.Need;
import org.dmsc.bridge.core.Priority;
import org.dmsc.bridge.core.Terms;
import org.dmsc.schemas.AgentId;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;

/** Reads an A2A {@code SendMessageRequest} into what the fabric needs to know; the message itself stays what the caller wrote. */
public final class SendRequests {

    private static final int LONGEST_NAME = 128;
    private static final int MOST_TAGS = 32;
    private static final int LONGEST_TOKEN = 16 * 1024;
    private static final long LONGEST_TIMEOUT_MS = Duration.ofDays(1).toMillis();

    private SendRequests() {}

    /**
     * How the caller wants to be answered.
     *
     * @param push where it wants to be told of the task's updates, as it wrote it; see {@link PushJson}
     */
    public record Wishes(Delivery delivery, OptionalInt historyLength, Optional<ObjectNode> push) {}

    /** When a unary send answers. */
    public enum Delivery {
        /** When the task has ended or waits for the caller. */
        SETTLED,
        /** As soon as the task exists. */
        AT_ONCE
    }

    /**
     * Checks a request and takes it apart.
     *
     * @param request {@code {message, configuration?, metadata?}}
     * @param caller the caller's tenant: agents named without a tenant are its own
     * @param addressed the agent whose address was used; empty at the gateway's own address. The agent {@code gateway} means nobody in
     *     particular.
     * @param defaults terms that the request may narrow
     * @throws RefusedException INVALID_REQUEST, INVALID_AGENT_ID, INVALID_TENANT_ID
     */
    public static AgentMessage toMessage(
            ObjectNode request, TenantId caller, Optional<AgentRef> addressed, Terms defaults) {
        Fields fields = Fields.ofRequest(request, "");
        ObjectNode message = fields.requiredObject("message");
        Fields messageFields = Fields.ofRequest(message, "message");
        Messages.check(messageFields);
        fields.object("metadata");
        wishes(request);
        Fields wanted = extension(fields, messageFields);
        Optional<AgentRef> target = target(wanted, caller, addressed);
        Optional<String> task = messageFields.id("taskId", Messages.LONGEST_ID).map(SendRequests::taskId);
        Need need = need(wanted, target, message);
        refuseEmptyNeed(need, task);
        DelegationExtension.strip(message);
        return new AgentMessage(
                message.get("messageId").textValue(),
                messageFields.id("contextId", Messages.LONGEST_ID),
                task,
                Optional.empty(),
                need,
                A2aJson.bytes(message),
                terms(wanted, defaults));
    }

    /**
     * The {@code configuration} of a request.
     *
     * @throws RefusedException INVALID_REQUEST
     */
    public static Wishes wishes(ObjectNode request) {
        Optional<ObjectNode> configuration = Fields.ofRequest(request, "").object("configuration");
        if (configuration.isEmpty()) {
            return new Wishes(Delivery.SETTLED, OptionalInt.empty(), Optional.empty());
        }
        Fields fields = Fields.ofRequest(configuration.get(), "configuration");
        Delivery delivery = fields.flag("returnImmediately") ? Delivery.AT_ONCE : Delivery.SETTLED;
        return new Wishes(delivery, historyLength(configuration.get()), fields.object("taskPushNotificationConfig"));
    }

    /** A {@code historyLength} member: empty when unset, refused when negative. */
    public static OptionalInt historyLength(ObjectNode holder) {
        return Fields.ofRequest(holder, "")
                .whole("historyLength", 0, Integer.MAX_VALUE)
                .map(length -> OptionalInt.of(length.intValue()))
                .orElse(OptionalInt.empty());
    }

    /**
     * An agent's name as a request gives it: {@code <tenant>/<agent>}, or {@code <agent>} of the caller's own tenant.
     *
     * @throws RefusedException INVALID_AGENT_ID, INVALID_TENANT_ID
     */
    public static AgentRef agent(String name, TenantId caller) {
        return name.indexOf('/') < 0 ? new AgentRef(caller, new AgentId(name)) : AgentRef.parse(name);
    }

    private static Fields extension(Fields request, Fields message) {
        Optional<ObjectNode> ofMessage = inMetadata(message);
        Optional<ObjectNode> ofRequest = inMetadata(request);
        ObjectNode merged = A2aJson.object();
        ofRequest.ifPresent(merged::setAll);
        ofMessage.ifPresent(merged::setAll);
        return Fields.ofRequest(merged, "metadata[" + DelegationExtension.URI + "]");
    }

    private static Optional<ObjectNode> inMetadata(Fields holder) {
        return holder.object("metadata")
                .flatMap(metadata -> Fields.ofRequest(metadata, "metadata").object(DelegationExtension.URI));
    }

    private static Optional<AgentRef> target(Fields wanted, TenantId caller, Optional<AgentRef> addressed) {
        Optional<AgentRef> named = wanted.text("agent", LONGEST_NAME).map(name -> agent(name, caller));
        Optional<AgentRef> byAddress = addressed.filter(agent -> !agent.agent().equals(AgentId.GATEWAY));
        if (named.isPresent() && byAddress.isPresent() && !named.equals(byAddress)) {
            throw wanted.wrong(
                    "agent",
                    "is " + named.get() + " while the address says " + byAddress.get(),
                    "the same agent, or the gateway's own address");
        }
        return (named.isPresent() ? named : byAddress)
                .filter(agent -> !agent.agent().equals(AgentId.GATEWAY));
    }

    private static Need need(Fields wanted, Optional<AgentRef> target, ObjectNode message) {
        Set<String> tags = new HashSet<>(wanted.texts("tags", MOST_TAGS, LONGEST_NAME));
        String intent =
                wanted.text("intent", Need.MOST_INTENT).orElseGet(() -> Messages.text(message, Need.MOST_INTENT));
        Set<String> dataTags = new HashSet<>(wanted.texts("dataTags", MOST_TAGS, LONGEST_NAME));
        return new Need(
                target, wanted.text("skill", LONGEST_NAME).filter(skill -> !skill.isBlank()), tags, dataTags, intent);
    }

    private static void refuseEmptyNeed(Need need, Optional<String> task) {
        if (task.isEmpty()
                && need.target().isEmpty()
                && need.skill().isEmpty()
                && need.tags().isEmpty()
                && need.intent().isBlank()) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST,
                    "message: names no agent and says nothing of what is needed (expected an agent's address, a text part, or agent,"
                            + " skill, tags or intent under metadata[" + DelegationExtension.URI + "])");
        }
    }

    private static Terms terms(Fields wanted, Terms defaults) {
        Optional<Duration> timeout =
                wanted.whole("timeoutMs", 1, LONGEST_TIMEOUT_MS).map(Duration::ofMillis);
        Optional<String> token = wanted.text("token", LONGEST_TOKEN);
        return new Terms(
                defaults.streaming(),
                timeout.or(defaults::timeout),
                defaults.protocol(),
                defaults.traceparent(),
                token.or(defaults::delegationToken),
                wanted.text("priority", LONGEST_NAME)
                        .map(name -> Priority.of(name)
                                .orElseThrow(() -> wanted.wrong(
                                        "priority", "is '" + Printable.of(name) + "'", "low, normal or high")))
                        .orElse(defaults.priority()));
    }

    /** The fabric makes task ids, UUIDs all: anything else cannot exist. */
    static String taskId(String id) {
        try {
            if (id.length() == 36) {
                return UUID.fromString(id).toString();
            }
        } catch (IllegalArgumentException e) {
            // falls through to the same refusal
        }
        throw new RefusedException(
                Refusal.TASK_UNKNOWN,
                "task: no task '" + Printable.of(id) + "' of this caller (expected an id that the fabric gave)");
    }
}
