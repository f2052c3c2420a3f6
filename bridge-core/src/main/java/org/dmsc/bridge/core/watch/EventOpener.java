package org.dmsc.bridge.core.watch;

import java.util.Optional;
import org.apache.kafka.common.serialization.Deserializer;
import org.dmsc.bridge.core.payload.Payloads;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.tenant.keys.Envelopes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens events; the payload only when it is asked for. Thread-safe. */
public final class EventOpener {

    private static final Logger LOG = LoggerFactory.getLogger(EventOpener.class);

    private final Deserializer<SealedEnvelope> values;
    private final Envelopes envelopes;
    private final Payloads payloads;

    public EventOpener(Deserializer<SealedEnvelope> values, Envelopes envelopes, Payloads payloads) {
        this.values = values;
        this.envelopes = envelopes;
        this.payloads = payloads;
    }

    /** A record's value as an envelope. */
    SealedEnvelope envelope(String topic, byte[] value) {
        return values.deserialize(topic, value);
    }

    /**
     * Opens an event's routing part.
     *
     * @throws RefusedException UNREADABLE when it is none, or was copied from another place
     */
    SeenEvent open(SealedEnvelope envelope, TenantId tenant, long offset) {
        Envelopes.requirePlace(envelope, tenant, Channel.EVENTS.label());
        TaskEvent event = envelopes.routing(envelope, TaskEvent.class);
        return new SeenEvent(event, () -> payload(envelope, event), offset);
    }

    /** The JSON that goes with a submission. */
    byte[] message(SealedEnvelope submission) {
        return payloads.open(submission);
    }

    Envelopes envelopes() {
        return envelopes;
    }

    private Optional<byte[]> payload(SealedEnvelope envelope, TaskEvent event) {
        if (envelope.getPayload() == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(payloads.open(envelope));
        } catch (RefusedException e) {
            LOG.atWarn()
                    .addKeyValue("taskId", event.getTaskId())
                    .addKeyValue("refusal", e.refusal())
                    .log("an event's payload cannot be opened: " + e.sentence());
            return Optional.empty();
        }
    }
}
