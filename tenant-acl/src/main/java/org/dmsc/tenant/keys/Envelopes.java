package org.dmsc.tenant.keys;

import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.PayloadReference;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.SealedPart;
import org.dmsc.schemas.serde.AvroCodec;

/**
 * Values of tenant topics: an Avro routing record sealed with the routing key, and maybe a payload sealed with the payload key. Readers MUST
 * call {@link #requirePlace} before they trust a record of a topic. Thread-safe.
 */
public final class Envelopes {

    /** Content type of a payload part that says where the payload is. */
    private static final String REFERENCE = PayloadReference.getClassSchema().getName();

    private final EnvelopeCipher cipher;
    private final AvroCodec codec;

    public Envelopes(EnvelopeCipher cipher, AvroCodec codec) {
        this.cipher = cipher;
        this.codec = codec;
    }

    /** Whether sealing for this tenant asks nobody for a key; needs a cipher of both classes. */
    public boolean atHand(TenantId tenant) {
        return cipher.atHand(tenant, KeyClass.ROUTING) && cipher.atHand(tenant, KeyClass.PAYLOAD);
    }

    /** Has the tenant's keys ready; blocks as long as asking for them takes. Refusals as of sealing. */
    public void fetch(TenantId tenant) {
        cipher.fetch(tenant, KeyClass.ROUTING);
        cipher.fetch(tenant, KeyClass.PAYLOAD);
    }

    /**
     * Seals a routing record; the envelope's kind is the record's simple name.
     *
     * @param channel logical channel, as {@code Channel.TASKS.label()}
     * @param time milliseconds since the epoch
     */
    public SealedEnvelope seal(
            SpecificRecord routing, TenantId tenant, String channel, String messageId, Parties parties, long time) {
        String kind = routing.getSchema().getName();
        SealContext context = new SealContext(
                tenant,
                channel,
                messageId,
                parties.sender(),
                parties.recipient(),
                kind,
                codec.schemaId(routing.getSchema()),
                time);
        return new SealedEnvelope(kind, cipher.seal(KeyClass.ROUTING, context, codec.encode(routing)), null);
    }

    /** Seals a payload; what it belongs to goes in by {@link #withPayload}. */
    public SealedPart payload(byte[] json, String contentType, SealedEnvelope envelope) {
        SealedPart routing = envelope.getRouting();
        SealContext context = new SealContext(
                new TenantId(routing.getTenant()),
                routing.getChannel(),
                routing.getMessageId(),
                routing.getSender(),
                routing.getRecipient(),
                contentType,
                0,
                routing.getTime());
        return cipher.seal(KeyClass.PAYLOAD, context, json);
    }

    /**
     * Seals where a payload is that is stored apart, in its place. Only who may open the payload can open this: it names the payload's length
     * and hash.
     */
    public SealedPart reference(PayloadReference reference, SealedEnvelope envelope) {
        SealedPart routing = envelope.getRouting();
        SealContext context = new SealContext(
                new TenantId(routing.getTenant()),
                routing.getChannel(),
                routing.getMessageId(),
                routing.getSender(),
                routing.getRecipient(),
                REFERENCE,
                codec.schemaId(PayloadReference.getClassSchema()),
                routing.getTime());
        return cipher.seal(KeyClass.PAYLOAD, context, codec.encode(reference));
    }

    /** Seals a payload for an envelope of the same tenant, channel, message id and parties; MUST be given what the envelope was given. */
    @SuppressWarnings(
            "checkstyle:ParameterNumber") // The signature the other parts were written against; prefer the one above.
    public SealedPart payload(
            byte[] json,
            String contentType,
            TenantId tenant,
            String channel,
            String messageId,
            Parties parties,
            long time) {
        SealContext context = new SealContext(
                tenant, channel, messageId, parties.sender(), parties.recipient(), contentType, 0, time);
        return cipher.seal(KeyClass.PAYLOAD, context, json);
    }

    /**
     * A copy of the envelope with that payload part, untouched: a router can hand a payload on that it cannot open.
     *
     * @throws RefusedException UNREADABLE when the two parts do not belong together
     */
    public SealedEnvelope withPayload(SealedEnvelope envelope, SealedPart payload) {
        requireOneMessage(envelope.getRouting(), payload);
        return new SealedEnvelope(envelope.getKind(), envelope.getRouting(), payload);
    }

    /**
     * Opens the routing part.
     *
     * @throws RefusedException UNREADABLE when it was changed, is of another kind, or cannot be opened here
     */
    public <T extends SpecificRecord> T routing(SealedEnvelope envelope, Class<T> type) {
        SealedPart part = envelope.getRouting();
        // The kind is outside the sealing, the content type inside: the first may only repeat the second.
        if (!envelope.getKind().equals(part.getContentType())
                || !envelope.getKind().equals(type.getSimpleName())) {
            throw new RefusedException(
                    Refusal.UNREADABLE,
                    "envelope of kind '" + Printable.of(envelope.getKind()) + "' with a routing part of type '"
                            + Printable.of(part.getContentType()) + "' (expected " + type.getSimpleName()
                            + " in both)");
        }
        return codec.decode(cipher.open(part), part.getSchemaId(), type);
    }

    /**
     * Where the payload is, when it is stored apart; empty when it is in the envelope.
     *
     * @throws RefusedException UNREADABLE as of {@link #openPayload(SealedEnvelope)}
     */
    public Optional<PayloadReference> reference(SealedEnvelope envelope) {
        SealedPart payload = envelope.getPayload();
        if (payload == null || !payload.getContentType().equals(REFERENCE)) {
            return Optional.empty();
        }
        requireOneMessage(envelope.getRouting(), payload);
        return Optional.of(codec.decode(cipher.open(payload), payload.getSchemaId(), PayloadReference.class));
    }

    /**
     * Opens the payload part.
     *
     * @throws RefusedException UNREADABLE when there is none, it was changed, belongs to another message, is stored apart, or cannot be opened
     *     here
     */
    public byte[] openPayload(SealedEnvelope envelope) {
        SealedPart payload = envelope.getPayload();
        if (payload == null) {
            throw new RefusedException(
                    Refusal.UNREADABLE,
                    "envelope of kind '" + Printable.of(envelope.getKind()) + "' has no payload (expected one)");
        }
        if (payload.getContentType().equals(REFERENCE)) {
            throw new RefusedException(
                    Refusal.UNREADABLE,
                    "the payload is stored apart (expected it in the record; this reader takes no other)");
        }
        requireOneMessage(envelope.getRouting(), payload);
        return cipher.open(payload);
    }

    /**
     * Opens the payload part of a record whose routing part is on another channel, such as a delivery: only when it was sealed for this message
     * by the same sender. Without that, whoever can write to Kafka could hand the agent another payload of the same tenant.
     *
     * @throws RefusedException UNREADABLE as above, and when it is another message's or another sender's
     */
    public byte[] openPayload(SealedEnvelope envelope, String messageId) {
        SealedPart payload = envelope.getPayload();
        if (payload != null
                && !(payload.getMessageId().equals(messageId)
                        && payload.getSender().equals(envelope.getRouting().getSender()))) {
            throw new RefusedException(
                    Refusal.UNREADABLE,
                    "payload of message '" + Printable.of(payload.getMessageId()) + "' from '"
                            + Printable.of(payload.getSender())
                            + "' (expected message '" + Printable.of(messageId) + "' from '"
                            + Printable.of(envelope.getRouting().getSender()) + "'; parts were mixed)");
        }
        return openPayload(envelope);
    }

    /**
     * Refuses a record that lies elsewhere than where it was sealed for. The tenant is the one whose keys seal the topic's records: the
     * topic's own, except on inboxes, where it is the caller's.
     *
     * @throws RefusedException UNREADABLE when it was moved
     */
    public static void requirePlace(SealedEnvelope envelope, TenantId tenant, String channel) {
        SealedPart part = envelope.getRouting();
        if (!part.getTenant().equals(tenant.value()) || !part.getChannel().equals(channel)) {
            throw new RefusedException(
                    Refusal.UNREADABLE,
                    "record sealed for tenant '" + Printable.of(part.getTenant()) + "', channel '"
                            + Printable.of(part.getChannel()) + "' (expected tenant '" + tenant + "', channel '"
                            + channel + "'; it was copied from elsewhere)");
        }
    }

    /** Of one tenant always; of one message id when on one channel. A delivery carries the payload of a submission: other channel, other id. */
    private static void requireOneMessage(SealedPart routing, SealedPart payload) {
        boolean tenant = routing.getTenant().equals(payload.getTenant());
        boolean message = !routing.getChannel().equals(payload.getChannel())
                || routing.getMessageId().equals(payload.getMessageId());
        if (!tenant || !message) {
            throw new RefusedException(
                    Refusal.UNREADABLE,
                    "payload of message '" + Printable.of(payload.getMessageId()) + "' of tenant '"
                            + Printable.of(payload.getTenant())
                            + "' beside the routing part of '" + Printable.of(routing.getMessageId()) + "' of '"
                            + Printable.of(routing.getTenant()) + "' (expected parts of one message; they were mixed)");
        }
    }
}
