package org.dmsc.bridge.http.inbox;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.dmsc.bridge.core.AgentLink;
import org.dmsc.bridge.core.AgentReports;
import org.dmsc.bridge.core.AttemptSink;
import org.dmsc.bridge.core.Certainty;
import org.dmsc.bridge.core.DeliveryOrder;
import org.dmsc.bridge.core.InboxRelay;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.DelegationExtension;
import org.dmsc.bridge.core.a2a.Deliveries;
import org.dmsc.bridge.core.a2a.RequestName;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Reach;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.AgentHealth;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.tenant.directory.Agents;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way to agents that fetch their tasks: one {@link Inbox} for each that is connected here. Thread-safe, never blocks. */
public final class Inboxes implements AgentLink, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Inboxes.class);
    private static final long SWEEP_MS = 250;

    private final AgentReports reports;
    private final Function<Delivery, String> tokens;
    private final InboxRelay relay;
    private final Agents agents;
    private final Clock clock;
    private final Map<AgentRef, Inbox> inboxes = new ConcurrentHashMap<>();
    private final ScheduledExecutorService background = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "dmsc-inboxes");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * Inboxes without anybody yet.
     *
     * @param tokens the delegation token that goes with a delivery
     * @param relay to the gateway that holds what is not held here
     * @param agents says whether an agent that left is connected elsewhere
     */
    public Inboxes(
            AgentReports reports, Function<Delivery, String> tokens, InboxRelay relay, Agents agents, Clock clock) {
        this.reports = reports;
        this.tokens = tokens;
        this.relay = relay;
        this.agents = agents;
        this.clock = clock;
    }

    /** Begins to look after what nobody comes back for. */
    public void start() {
        relay.serve(this::said);
        var unused = background.scheduleWithFixedDelay(this::sweep, SWEEP_MS, SWEEP_MS, TimeUnit.MILLISECONDS);
    }

    /** A new reader of an agent's inbox. */
    public Inbox attach(AgentRef agent, InboxReader reader) {
        // It is found before it is read: whoever hears that the agent is present may deliver at once.
        Inbox inbox = inboxes.computeIfAbsent(agent, this::inbox);
        while (!inbox.attach(reader)) {
            inbox = inboxes.computeIfAbsent(agent, this::inbox);
        }
        return inbox;
    }

    private Inbox inbox(AgentRef agent) {
        return new Inbox(agent, reports, () -> isPresent(agent));
    }

    /** Whether the registry knows where it is connected: asked when it is not connected here. */
    private boolean isPresent(AgentRef agent) {
        return agents.find(agent)
                .filter(known -> known.getPresence() != null && known.getHealth() != AgentHealth.DOWN)
                .isPresent();
    }

    /** The inbox of an agent that is, or was lately, connected here. */
    public Optional<Inbox> find(AgentRef agent) {
        return Optional.ofNullable(inboxes.get(agent));
    }

    /** The agent has a delivery and begins; completes when the gateway that holds it knows, with its refusal when there is none. */
    public CompletionStage<Void> acknowledge(AgentRef agent, String name) {
        return said(agent, name, Optional.empty()).orElseGet(() -> elsewhere(agent, name, Optional.empty()));
    }

    /** The agent answered with a {@code StreamResponse}; completes when Kafka has it. Fails with TASK_UNKNOWN or INVALID_REQUEST. */
    public CompletionStage<Void> answer(AgentRef agent, String name, byte[] streamResponse) {
        Optional<byte[]> response = Optional.of(streamResponse);
        return said(agent, name, response).orElseGet(() -> elsewhere(agent, name, response));
    }

    private CompletionStage<Void> elsewhere(AgentRef agent, String name, Optional<byte[]> streamResponse) {
        return RequestName.isOne(name)
                ? relay.carry(agent, name, streamResponse)
                : CompletableFuture.failedStage(InboxDelivery.unknown(name));
    }

    private Optional<CompletionStage<Void>> said(AgentRef agent, String name, Optional<byte[]> streamResponse) {
        return find(agent).flatMap(inbox -> inbox.said(name, streamResponse.map(A2aJson::parse), clock.millis()));
    }

    /** Whether an agent is connected here. */
    public boolean isAttended(AgentRef agent) {
        return find(agent).filter(Inbox::isAttended).isPresent();
    }

    @Override
    public boolean serves(AgentSnapshot agent) {
        return Reach.of(agent.getRegistration()) == Reach.HTTP_INBOX && isAttended(nameOf(agent));
    }

    @Override
    public void deliver(DeliveryOrder order, AttemptSink sink) {
        AgentRef agent = nameOf(order.agent());
        ObjectNode request = Deliveries.withTaskId(order, Optional.of(tokens.apply(order.delivery())));
        InboxDelivery delivery = new InboxDelivery(order, request, sink, clock);
        try {
            Inbox inbox = find(agent)
                    .orElseThrow(() ->
                            new RefusedException(Refusal.UNDELIVERABLE, "agent " + agent + " is not connected here"));
            inbox.put(delivery);
        } catch (RefusedException e) {
            delivery.failed(e.refusal(), e.sentence(), Certainty.CERTAIN);
        }
    }

    @Override
    public void cancel(Delivery cancel) {
        find(AgentRef.of(cancel.getAssigneeTenant(), cancel.getAssigneeAgent())).ifPresent(inbox -> {
            ObjectNode request = A2aJson.object().put("id", cancel.getTaskId());
            request.putObject("metadata")
                    .putObject(DelegationExtension.URI)
                    .put("taskId", cancel.getTaskId())
                    .put("attempt", cancel.getAttempt());
            inbox.cancel(cancel, request);
        });
    }

    void sweep() {
        try {
            long now = clock.millis();
            inboxes.keySet()
                    .forEach(
                            agent -> inboxes.computeIfPresent(agent, (same, inbox) -> inbox.sweep(now) ? inbox : null));
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("inboxes could not be looked after");
        }
    }

    /** Says that its agents are gone, and dismisses their readers. */
    @Override
    public void close() {
        background.shutdownNow();
        inboxes.values().forEach(Inbox::shut);
    }

    private static AgentRef nameOf(AgentSnapshot agent) {
        return AgentRef.of(agent.getTenant(), agent.getAgent());
    }
}
