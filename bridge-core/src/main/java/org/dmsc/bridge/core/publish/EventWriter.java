package org.dmsc.bridge.core.publish;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.core.publish.Outgoing.InClear;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Lanes;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.keys.Parties;

/** Events of attempts onto the topic of the task's caller. Never blocks; events of one task keep the order of the calls. */
public final class EventWriter {

    /** Content type of an event's payload. */
    public static final String STREAM_RESPONSE = "application/a2a+json;type=stream-response";

    private final Outbox outbox;
    private final Envelopes envelopes;
    private final KeysAtHand keys;
    private final FabricDomain domain;
    private final int lanes;
    private final PayloadWriter payloads;
    private final TaskOrder order = new TaskOrder();

    /** Seals and writes by these. */
    public record Sealing(Envelopes envelopes, PayloadWriter payloads, KeysAtHand keys) {}

    public EventWriter(Outbox outbox, Sealing sealing, FabricDomain domain, int lanes) {
        this.outbox = outbox;
        this.keys = sealing.keys();
        this.envelopes = sealing.envelopes();
        this.payloads = sealing.payloads();
        this.domain = domain;
        this.lanes = lanes;
    }

    /** Writes one event of a delivery's attempt; completes with its offset when Kafka has it. */
    public CompletionStage<Long> write(Delivery delivery, TaskEvent event, Optional<byte[]> streamResponse) {
        try {
            TenantId tenant = new TenantId(delivery.getCallerTenant());
            InClear inClear = new InClear(
                    event.getAttempt(), delivery.getDeadline(), Optional.ofNullable(delivery.getTraceparent()));
            return keys.with(
                    tenant,
                    () -> order.send(
                            event.getTaskId(),
                            sealed(delivery, event, streamResponse),
                            envelope -> outbox.publish(new Outgoing(
                                    tenant,
                                    Channel.EVENTS,
                                    Lanes.of(event.getTaskId(), lanes),
                                    event.getTaskId(),
                                    envelope,
                                    inClear))));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletionStage<SealedEnvelope> sealed(
            Delivery delivery, TaskEvent event, Optional<byte[]> streamResponse) {
        AgentRef caller = AgentRef.of(delivery.getCallerTenant(), delivery.getCallerAgent());
        Parties parties = new Parties(event.getBy(), SpiffeId.agentUri(domain, caller));
        SealedEnvelope envelope = envelopes.seal(
                event, caller.tenant(), Channel.EVENTS.label(), event.getEventId(), parties, event.getTime());
        return streamResponse
                .map(json -> payloads.attach(envelope, json, STREAM_RESPONSE))
                .orElseGet(() -> CompletableFuture.completedFuture(envelope));
    }
}
