package org.dmsc.bridge.core.deliver;

import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.dmsc.bridge.core.Certainty;
import org.dmsc.bridge.core.publish.EventWriter;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.schemas.avro.TaskEventKind;
import org.dmsc.schemas.avro.TaskStateName;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;

/** Makes the events of attempts and has them written. */
public final class AttemptEvents {

    private final EventWriter writer;
    private final FabricDomain domain;
    private final SpiffeId gateway;
    private final Supplier<String> ids;
    private final Clock clock;

    public AttemptEvents(EventWriter writer, FabricDomain domain, SpiffeId gateway, Supplier<String> ids, Clock clock) {
        this.writer = writer;
        this.domain = domain;
        this.gateway = gateway;
        this.ids = ids;
        this.clock = clock;
    }

    /** What the agent said. */
    CompletionStage<Void> update(
            Delivery delivery, Optional<TaskStateName> state, byte[] streamResponse, long latencyMillis) {
        AgentRef agent = AgentRef.of(delivery.getAssigneeTenant(), delivery.getAssigneeAgent());
        TaskEvent event = of(delivery, TaskEventKind.AGENT_UPDATE)
                .setBy(SpiffeId.agentUri(domain, agent))
                .setState(state.orElse(null))
                .setLatencyMs(latencyMillis)
                .build();
        return writer.write(delivery, event, Optional.of(streamResponse)).thenAccept(offset -> {});
    }

    /** That the agent will say nothing. */
    CompletionStage<Void> failed(Delivery delivery, Refusal refusal, String reason, Certainty certainty) {
        TaskEvent event = of(delivery, TaskEventKind.ATTEMPT_FAILED)
                .setBy(gateway.uri())
                .setRefusal(refusal.name())
                .setReason(reason)
                .setUncertain(certainty == Certainty.UNCERTAIN)
                .build();
        return writer.write(delivery, event, Optional.empty()).thenAccept(offset -> {});
    }

    private TaskEvent.Builder of(Delivery delivery, TaskEventKind kind) {
        return TaskEvent.newBuilder()
                .setEventId(ids.get())
                .setTaskId(delivery.getTaskId())
                .setContextId(delivery.getContextId())
                .setKind(kind)
                .setAttempt(delivery.getAttempt())
                .setTime(clock.millis())
                .setAssigneeTenant(delivery.getAssigneeTenant())
                .setAssigneeAgent(delivery.getAssigneeAgent())
                .setSkill(delivery.getSkill())
                .setDeliveryId(delivery.getDeliveryId());
    }
}
