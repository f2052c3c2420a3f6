package org.dmsc.bridge.http.agents;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Optional;
import org.dmsc.bridge.core.AgentLink;
import org.dmsc.bridge.core.AttemptSink;
import org.dmsc.bridge.core.Certainty;
import org.dmsc.bridge.core.DeliveryOrder;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.AgentReplies;
import org.dmsc.bridge.core.a2a.Deliveries;
import org.dmsc.bridge.core.a2a.TaskKey;
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

/** The way to agents that are A2A servers themselves: JSON-RPC over HTTPS, each verified by its SPIFFE id. Never blocks. */
public final class HttpAgentLink implements AgentLink, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HttpAgentLink.class);
    private static final Duration CANCEL_PATIENCE = Duration.ofSeconds(10);

    private final HttpAgentLinkParts parts;
    private final AgentClient client;
    private final AgentCall.Wire wire;

    public HttpAgentLink(HttpAgentLinkParts parts) {
        this.parts = parts;
        this.client = new AgentClient(parts);
        this.wire = new AgentCall.Wire(client, new RemoteTasks(), parts.clock(), parts.maxAnswerBytes());
    }

    @Override
    public boolean serves(AgentSnapshot agent) {
        return Reach.of(agent.getRegistration()) == Reach.A2A_HTTP
                && agent.getRegistration().getUrl() != null;
    }

    @Override
    public void deliver(DeliveryOrder order, AttemptSink sink) {
        try {
            requireAllowed(order);
            Delivery delivery = order.delivery();
            AgentReplies replies =
                    AgentReplies.ofServer(new TaskKey(delivery.getTaskId(), delivery.getContextId()), parts.clock());
            new AgentCall(wire, order, sink, replies).start(request(order));
        } catch (RefusedException e) {
            failed(sink, e.refusal(), e.sentence());
        } catch (RuntimeException e) {
            LOG.atWarn().setCause(e).addKeyValue("agent", agent(order.agent())).log("delivery could not be started");
            failed(sink, Refusal.INTERNAL, "the call could not be made");
        }
    }

    @Override
    public void cancel(Delivery cancel) {
        wire.remoteTasks().find(taskDelivery(cancel)).ifPresent(remote -> cancel(cancel, remote));
    }

    private void cancel(Delivery cancel, RemoteTasks.Remote remote) {
        ObjectNode params = A2aJson.object().put("id", remote.taskId());
        AgentSnapshot agent = remote.agent();
        var unused = client.post(
                        agent,
                        Requests.of("CancelTask", cancel.getDeliveryId(), params),
                        CANCEL_PATIENCE,
                        Optional.empty())
                .response()
                .aggregate()
                .exceptionally(failure -> {
                    LOG.atInfo()
                            .addKeyValue("agent", agent(agent))
                            .log("the agent could not be told that its task was cancelled");
                    return null;
                });
    }

    /** Ends all calls. */
    @Override
    public void close() {
        client.close();
    }

    private ObjectNode request(DeliveryOrder order) {
        Delivery delivery = order.delivery();
        ObjectNode params =
                Deliveries.toServer(order, Optional.of(parts.tokens().issue(delivery)));
        if (delivery.getKind() == DeliveryKind.FOLLOW_UP) {
            RemoteTasks.Remote remote = wire.remoteTasks()
                    .find(taskDelivery(delivery))
                    .orElseThrow(() -> new RefusedException(
                            Refusal.UNDELIVERABLE, "the agent's own name of the task is not known here any more"));
            ((ObjectNode) params.get("message")).put("taskId", remote.taskId());
        }
        String method = order.agent().getRegistration().getStreaming() ? "SendStreamingMessage" : "SendMessage";
        return Requests.of(method, delivery.getDeliveryId(), params);
    }

    /** Attempts of one task at one agent share its name of the task. */
    private static String taskDelivery(Delivery delivery) {
        return delivery.getTaskId() + "." + delivery.getAttempt();
    }

    private void requireAllowed(DeliveryOrder order) {
        AgentRegistration registration = order.agent().getRegistration();
        if (!registration.getUrl().startsWith("http:")) {
            return;
        }
        if (!registration.getPlainHttp()) {
            throw new RefusedException(
                    Refusal.UNDELIVERABLE,
                    "the agent's address has no TLS and nobody allowed that (expected an https URL)");
        }
        parts.audit().record(plaintext(order));
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
                .setObject(SpiffeId.agent(parts.domain(), agent).uri())
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
