package org.dmsc.bridge.core.deliver;

import java.util.Optional;
import org.apache.kafka.common.serialization.Deserializer;
import org.dmsc.bridge.core.lanes.LaneRecord;
import org.dmsc.bridge.core.payload.Payloads;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.schemas.TopicNames.TenantTopic;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.schemas.avro.PayloadReference;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.SealedPart;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.keys.Parties;

/** Opens and seals deliveries; refuses what was copied, changed or lies in the wrong tenant's inbox. */
public final class DeliveryOpener {

    /** What AES-GCM adds to a plaintext. */
    private static final int SEAL_BYTES = 16;

    private final Deserializer<SealedEnvelope> values;
    private final Envelopes envelopes;

    private final Payloads payloads;

    public DeliveryOpener(Deserializer<SealedEnvelope> values, Envelopes envelopes, Payloads payloads) {
        this.values = values;
        this.envelopes = envelopes;
        this.payloads = payloads;
    }

    /**
     * Opens the routing part.
     *
     * @throws RefusedException UNREADABLE when it is not a delivery to an agent of the topic's tenant
     */
    OpenDelivery open(LaneRecord record, long now) {
        SealedEnvelope envelope = values.deserialize(record.topic(), record.value());
        Delivery delivery = envelopes.routing(envelope, Delivery.class);
        Envelopes.requirePlace(envelope, new TenantId(delivery.getCallerTenant()), Channel.INBOX.label());
        Optional<TenantTopic> topic = TopicNames.parse(record.topic());
        if (topic.filter(found -> found.tenant().value().equals(delivery.getAssigneeTenant()))
                .isEmpty()) {
            throw new RefusedException(
                    Refusal.UNREADABLE,
                    "delivery to an agent of tenant '" + delivery.getAssigneeTenant() + "' in " + record.topic()
                            + " (expected that tenant's own inbox)");
        }
        return new OpenDelivery(record, envelope, delivery, now);
    }

    /** JSON of the A2A message. */
    byte[] message(OpenDelivery open) {
        return payloads.open(open.envelope());
    }

    /** Bytes of the message, without opening it; 0 when there is none. */
    long messageBytes(OpenDelivery open) {
        SealedPart payload = open.envelope().getPayload();
        if (payload == null) {
            return 0;
        }
        return envelopes
                .reference(open.envelope())
                .map(PayloadReference::getBytes)
                .orElseGet(() -> Math.max(0L, payload.getCiphertext().remaining() - SEAL_BYTES));
    }

    /** The same delivery, put back once more: same id, same payload, same parties. */
    SealedEnvelope putBack(OpenDelivery open) {
        Delivery again = Delivery.newBuilder(open.delivery())
                .setRedirects(open.delivery().getRedirects() + 1)
                .build();
        var routing = open.envelope().getRouting();
        SealedEnvelope sealed = envelopes.seal(
                again,
                new TenantId(routing.getTenant()),
                routing.getChannel(),
                routing.getMessageId(),
                new Parties(routing.getSender(), routing.getRecipient()),
                routing.getTime());
        return open.envelope().getPayload() == null
                ? sealed
                : envelopes.withPayload(sealed, open.envelope().getPayload());
    }

    static AgentRef assignee(Delivery delivery) {
        return AgentRef.of(delivery.getAssigneeTenant(), delivery.getAssigneeAgent());
    }
}
