package org.dmsc.bridge.http.agents;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.core.AgentLink;
import org.dmsc.bridge.core.AttemptSink;
import org.dmsc.bridge.core.Certainty;
import org.dmsc.bridge.core.DeliveryOrder;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.AgentReplies;
import org.dmsc.bridge.core.a2a.Deliveries;
import org.dmsc.bridge.core.a2a.RequestedExtensions;
import org.dmsc.bridge.core.a2a.TaskKey;
import org.dmsc.bridge.http.a2a.Operation;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Reach;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.schemas.avro.DeliveryKind;
import org.dmsc.tenant.identity.SpiffeId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way to agents that are A2A servers themselves: JSON-RPC, HTTP+JSON or gRPC over HTTPS, each
 * verified by its SPIFFE id. Never blocks. */
public final class HttpAgentLink implements AgentLink, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HttpAgentLink.class);
    private static final Duration CANCEL_PATIENCE = Duration.ofSeconds(10);

    private final HttpAgentLinkParts parts;
    private final AgentClient client;
    private final AgentCall.Wire wire;

    public HttpAgentLink(HttpAgentLinkParts parts) {
        this.parts = parts;
        this.client = new AgentClient(parts);
        this.wire = new AgentCall.Wire(client, new RemoteTasks(), parts.clock());
    }

    @Override
    public boolean serves(AgentSnapshot agent) {
        return Reach.of(agent.getRegistration()) == Reach.A2A_HTTP
                && agent.getRegistration().getUrl() != null;
    }

    @Override
    public void deliver(DeliveryOrder order, AttemptSink sink) {
        allowed(order).whenComplete((audited, failure) -> {
            if (failure == null) {
                call(order, sink);
            } else {
                RefusedException refused = failure instanceof RefusedException known
                        ? known
                        : new RefusedException(Refusal.UNAVAILABLE, "not audited: " + failure);
                failed(sink, refused.refusal(), refused.sentence());
            }
        });
    }

    private void call(DeliveryOrder order, AttemptSink sink) {
        try {
            Optional<RemoteTasks.Remote> before = before(order.delivery());
            ObjectNode request = request(order, before);
            new AgentCall(wire, order, sink, replies(order.delivery(), before), extensions(order)).start(request);
        } catch (RefusedException e) {
            failed(sink, e.refusal(), e.sentence());
        } catch (RuntimeException e) {
            LOG.atWarn().setCause(e).addKeyValue("agent", agent(order.agent())).log("delivery could not be started");
            failed(sink, Refusal.INTERNAL, "the call could not be made");
        }
    }

    @Override
    public void cancel(Delivery cancel) {
        wire.remoteTasks().find(RemoteTasks.attempt(cancel)).ifPresent(remote -> cancel(cancel, remote));
    }

    private void cancel(Delivery cancel, RemoteTasks.Remote remote) {
        ObjectNode message = A2aJson.object().put("id", remote.taskId());
        AgentSnapshot agent = remote.agent();
        Question question = new Question(
                Operation.CANCEL_TASK, cancel.getDeliveryId(), message, CANCEL_PATIENCE, Question.Beside.NOTHING);
        AnswerSubscriber.read(client.ask(agent, question), new AnswerSubscriber.Listener() {
            @Override
            public CompletionStage<Void> heard(ObjectNode task) {
                return CompletableFuture.completedStage(null);
            }

            @Override
            public void ended() {
                // It knows; what becomes of its task it says where it says everything else.
            }

            @Override
            public void failed(Throwable failure) {
                LOG.atInfo()
                        .addKeyValue("agent", agent(agent))
                        .addKeyValue("reason", AgentFailures.of(failure).reason())
                        .log("the agent could not be told that its task was cancelled");
            }
        });
    }

    /** Ends all calls. */
    @Override
    public void close() {
        client.close();
    }

    /** What the caller named and the agent knows: nothing is named on the caller's behalf. */
    private static List<String> extensions(DeliveryOrder order) {
        List<String> known = AgentAddress.of(order.agent().getRegistration()).extensions();
        return known.isEmpty()
                ? List.of()
                : RequestedExtensions.of(order.message()).stream()
                        .filter(known::contains)
                        .toList();
    }

    private AgentReplies replies(Delivery delivery, Optional<RemoteTasks.Remote> before) {
        TaskKey key = new TaskKey(delivery.getTaskId(), delivery.getContextId());
        return before.map(remote -> AgentReplies.following(key, parts.clock(), remote.heard(), remote.taskId()))
                .orElseGet(() -> AgentReplies.ofServer(key, parts.clock()));
    }

    /** The agent's task that a message follows up; empty for one that begins it. */
    private Optional<RemoteTasks.Remote> before(Delivery delivery) {
        if (delivery.getKind() != DeliveryKind.FOLLOW_UP) {
            return Optional.empty();
        }
        RemoteTasks.Remote remote = wire.remoteTasks()
                .find(RemoteTasks.attempt(delivery))
                .orElseThrow(() -> new RefusedException(
                        Refusal.UNDELIVERABLE, "the agent's own name of the task is not known here any more"));
        // The answer to the follow-up is listened to from now on: what both heard would be said twice.
        remote.over().set(true);
        return Optional.of(remote);
    }

    private ObjectNode request(DeliveryOrder order, Optional<RemoteTasks.Remote> before) {
        ObjectNode request =
                Deliveries.toServer(order, Optional.of(parts.tokens().issue(order.delivery())));
        before.ifPresent(remote -> {
            ObjectNode message = (ObjectNode) request.get("message");
            message.put("taskId", remote.taskId());
            remote.contextId().ifPresent(context -> message.put("contextId", context));
        });
        return request;
    }

    /** What leaves in clear is on the log before, or does not leave. */
    private CompletionStage<Void> allowed(DeliveryOrder order) {
        AgentRegistration registration = order.agent().getRegistration();
        if (!registration.getUrl().startsWith("http:")) {
            return CompletableFuture.completedStage(null);
        }
        if (!registration.getPlainHttp()) {
            return CompletableFuture.failedStage(new RefusedException(
                    Refusal.UNDELIVERABLE,
                    "the agent's address has no TLS and nobody allowed that (expected an https URL)"));
        }
        return parts.audit().record(plaintext(order));
    }

    private AuditEvent plaintext(DeliveryOrder order) {
        Delivery delivery = order.delivery();
        AgentRef agent = AgentRef.of(delivery.getAssigneeTenant(), delivery.getAssigneeAgent());
        return AuditEvent.newBuilder()
                .setEventId(delivery.getDeliveryId() + ".plaintext")
                .setTenant(delivery.getCallerTenant())
                .setTime(parts.clock().millis())
                .setKind(AuditKind.PLAINTEXT_DELIVERY)
                .setActor(parts.self().uri())
                .setNode(parts.self().uri())
                .setTaskId(delivery.getTaskId())
                .setRootTaskId(delivery.getRootTaskId())
                .setAttempt(delivery.getAttempt())
                .setObject(SpiffeId.agentUri(parts.domain(), agent))
                .setSkill(delivery.getSkill())
                .build();
    }

    private static void failed(AttemptSink sink, Refusal refusal, String reason) {
        sink.failed(refusal, reason, Certainty.CERTAIN).exceptionally(late -> null);
    }

    private static String agent(AgentSnapshot agent) {
        return agent.getTenant() + "/" + agent.getAgent();
    }
}
