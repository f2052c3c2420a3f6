package org.dmsc.bridge.core.payload;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.schemas.avro.PayloadChunk;
import org.dmsc.schemas.avro.PayloadReference;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.tenant.keys.Envelopes;

/** Reads payloads, also those that are stored apart. Thread-safe; blocks at most {@value #WITHIN_SECONDS} seconds. */
public final class PayloadReader implements Payloads, AutoCloseable {

    private static final int WITHIN_SECONDS = 5;
    private static final Duration POLL = Duration.ofMillis(200);

    /** Consumers kept for the next one who asks. */
    private static final int KEPT = 2;

    private final Supplier<Consumer<String, byte[]>> consumers;
    private final Deserializer<SealedEnvelope> values;
    private final Envelopes envelopes;
    private final Queue<Consumer<String, byte[]>> idle = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    public PayloadReader(
            Supplier<Consumer<String, byte[]>> consumers, Deserializer<SealedEnvelope> values, Envelopes envelopes) {
        this.consumers = consumers;
        this.values = values;
        this.envelopes = envelopes;
    }

    @Override
    public byte[] open(SealedEnvelope envelope) {
        Optional<PayloadReference> reference = envelopes.reference(envelope);
        return reference.isEmpty()
                ? envelopes.openPayload(envelope)
                : fetch(new TenantId(envelope.getPayload().getTenant()), reference.get());
    }

    private byte[] fetch(TenantId tenant, PayloadReference reference) {
        Chunks chunks = new Chunks(reference);
        boolean whole = false;
        Consumer<String, byte[]> consumer = Optional.ofNullable(idle.poll()).orElseGet(consumers);
        try {
            read(consumer, tenant, reference, chunks);
            whole = true;
        } catch (OffsetOutOfRangeException e) {
            throw gone(reference, chunks);
        } catch (KafkaException e) {
            throw new RefusedException(
                    Refusal.UNAVAILABLE,
                    "a payload that is stored apart cannot be read: " + e.getMessage() + "; try again later");
        } finally {
            giveBack(consumer, whole);
        }
        return chunks.joined();
    }

    private void read(Consumer<String, byte[]> consumer, TenantId tenant, PayloadReference reference, Chunks chunks) {
        TopicPartition partition = new TopicPartition(Channel.PAYLOADS.of(tenant), 0);
        consumer.assign(List.of(partition));
        consumer.seek(partition, reference.getFirstOffset());
        long end = System.nanoTime() + Duration.ofSeconds(WITHIN_SECONDS).toNanos();
        while (!chunks.complete()) {
            for (ConsumerRecord<String, byte[]> found : consumer.poll(POLL)) {
                if (found.offset() <= reference.getLastOffset()
                        && reference.getPayloadId().equals(found.key())) {
                    add(found, tenant, chunks);
                }
            }
            if (chunks.complete()) {
                return;
            }
            if (consumer.position(partition) > reference.getLastOffset()) {
                throw gone(reference, chunks);
            }
            if (System.nanoTime() > end) {
                throw new RefusedException(
                        Refusal.UNAVAILABLE,
                        "a payload of " + reference.getBytes() + " bytes, stored apart, did not come within "
                                + WITHIN_SECONDS + " s; try again later");
            }
        }
    }

    private static RefusedException gone(PayloadReference reference, Chunks chunks) {
        return new RefusedException(
                Refusal.UNREADABLE,
                "a payload of " + reference.getBytes() + " bytes, stored apart, is not kept any more ("
                        + chunks.missing() + " of its " + reference.getChunks() + " parts are gone)");
    }

    private void add(ConsumerRecord<String, byte[]> found, TenantId tenant, Chunks chunks) {
        SealedEnvelope envelope = values.deserialize(found.topic(), found.value());
        Envelopes.requirePlace(envelope, tenant, Channel.PAYLOADS.label());
        chunks.add(envelopes.routing(envelope, PayloadChunk.class), envelopes.openPayload(envelope));
    }

    private void giveBack(Consumer<String, byte[]> consumer, boolean usable) {
        if (usable && !closed.get() && idle.size() < KEPT) {
            consumer.unsubscribe();
            idle.add(consumer);
        } else {
            consumer.close();
        }
        if (closed.get()) {
            close();
        }
    }

    @Override
    public void close() {
        closed.set(true);
        for (Consumer<String, byte[]> next = idle.poll(); next != null; next = idle.poll()) {
            next.close();
        }
    }
}
