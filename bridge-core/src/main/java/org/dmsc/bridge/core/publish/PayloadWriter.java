package org.dmsc.bridge.core.publish;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.schemas.avro.PayloadChunk;
import org.dmsc.schemas.avro.PayloadReference;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.SealedPart;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.keys.Parties;

/**
 * Puts payloads into envelopes: small ones sealed beside the routing part, larger ones as sealed parts on {@code dmsc.<t>.payloads}, which no
 * router reads, with a sealed reference in their place. Thread-safe, never blocks.
 */
public final class PayloadWriter {

    /** Most bytes of a payload that goes along in the record itself; also of one part of a larger one. */
    public static final int MOST_INLINE = 256 * 1024;

    private static final String BYTES = "application/octet-stream";

    private final Outbox outbox;
    private final Envelopes envelopes;
    private final Supplier<String> ids;

    public PayloadWriter(Outbox outbox, Envelopes envelopes, Supplier<String> ids) {
        this.outbox = outbox;
        this.envelopes = envelopes;
        this.ids = ids;
    }

    /**
     * The envelope with its payload: done at once when it is small, otherwise when Kafka has every part of it.
     *
     * @return fails with what {@link Outbox#publish} fails with; parts that are there by then are nobody's, and go with the topic's retention
     */
    public CompletionStage<SealedEnvelope> attach(SealedEnvelope envelope, byte[] payload, String contentType) {
        if (payload.length <= MOST_INLINE) {
            return CompletableFuture.completedFuture(
                    envelopes.withPayload(envelope, envelopes.payload(payload, contentType, envelope)));
        }
        String payloadId = ids.get();
        int count = (payload.length + MOST_INLINE - 1) / MOST_INLINE;
        List<CompletableFuture<Long>> offsets = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            byte[] part = Arrays.copyOfRange(
                    payload, index * MOST_INLINE, Math.min(payload.length, (index + 1) * MOST_INLINE));
            offsets.add(store(new PayloadChunk(payloadId, index, count), part, envelope.getRouting()));
        }
        return CompletableFuture.allOf(offsets.toArray(CompletableFuture[]::new))
                .thenApply(stored -> {
                    List<Long> places = offsets.stream()
                            .map(CompletableFuture::join)
                            .sorted()
                            .toList();
                    PayloadReference reference = new PayloadReference(
                            payloadId, places.get(0), places.get(count - 1), count, (long) payload.length);
                    return envelopes.withPayload(envelope, envelopes.reference(reference, envelope));
                });
    }

    private CompletableFuture<Long> store(PayloadChunk chunk, byte[] part, SealedPart of) {
        TenantId tenant = new TenantId(of.getTenant());
        SealedEnvelope routing = envelopes.seal(
                chunk,
                tenant,
                Channel.PAYLOADS.label(),
                chunk.getPayloadId() + "." + chunk.getIndex(),
                new Parties(of.getSender(), of.getRecipient()),
                of.getTime());
        SealedEnvelope whole = envelopes.withPayload(routing, envelopes.payload(part, BYTES, routing));
        return outbox.publish(
                        new Outgoing(tenant, Channel.PAYLOADS, 0, chunk.getPayloadId(), whole, Outgoing.InClear.NONE))
                .toCompletableFuture();
    }
}
