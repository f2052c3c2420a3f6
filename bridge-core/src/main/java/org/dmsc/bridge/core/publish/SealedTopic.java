package org.dmsc.bridge.core.publish;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.kafka.CompactedView;
import org.dmsc.tenant.kafka.KafkaClients;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.keys.Parties;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A compacted topic of the fabric whose records are sealed with their tenants' routing keys: who destroys the key of a tenant that left destroys
 * them, too. Each gateway reads all of it; what it keeps of that is its listener's. Thread-safe; only {@link #close} blocks.
 *
 * @param <V> what is in a record
 */
public final class SealedTopic<V extends SpecificRecord> implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SealedTopic.class);

    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(2);

    /** What such topics have in common. */
    public record Parts(KafkaClients kafka, AvroCodec codec, Envelopes envelopes, KeysAtHand keys, Clock clock) {}

    /**
     * Which topic.
     *
     * @param channel logical channel of the sealed part; also names the Kafka clients
     * @param contents what its records are, in the plural, for people
     */
    public record Name(String topic, String channel, String contents) {}

    private final Parts parts;
    private final Name name;
    private final Class<V> type;
    private final Producer<String, SealedEnvelope> producer;
    private final CompactedView<SealedEnvelope> view;

    /** Makes Kafka clients, and talks to nobody yet. */
    public SealedTopic(Parts parts, Name name, Class<V> type) {
        this.parts = parts;
        this.name = name;
        this.type = type;
        AvroSerde<SealedEnvelope> values = new AvroSerde<>(parts.codec(), SealedEnvelope.class);
        this.producer = parts.kafka().producer(name.channel(), values.serializer());
        var deserializer = values.deserializer();
        this.view = CompactedView.passing(
                parts.kafka(),
                name.channel(),
                name.topic(),
                (key, value) -> deserializer.deserialize(name.topic(), value));
    }

    /**
     * Begins to read; returns at once.
     *
     * @param listener hears each record and, as empty, each that is gone; on the reading thread
     */
    public void start(BiConsumer<String, Optional<SealedEnvelope>> listener) {
        view.onChange(listener);
        view.start();
    }

    /** Whether all that was there at the start was heard. */
    public boolean caughtUp() {
        return view.caughtUp();
    }

    /**
     * Seals and writes.
     *
     * @return what was written, once Kafka has it; UNAVAILABLE when it cannot be, and what {@link KeysAtHand#with} refuses
     */
    public CompletionStage<SealedEnvelope> write(TenantId tenant, String key, Parties parties, V value) {
        return parts.keys().with(tenant, () -> {
            SealedEnvelope sealed = parts.envelopes()
                    .seal(
                            value,
                            tenant,
                            name.channel(),
                            key,
                            parties,
                            parts.clock().millis());
            return send(key, sealed).thenApply(written -> sealed);
        });
    }

    /** Takes a record away; completes when Kafka has that, exceptionally with UNAVAILABLE. */
    public CompletionStage<Void> erase(String key) {
        return send(key, null);
    }

    /** Opens a record; empty, and logged, when it cannot be read, or was written for another place. */
    public Optional<V> read(TenantId tenant, String key, SealedEnvelope envelope) {
        try {
            Envelopes.requirePlace(envelope, tenant, name.channel());
            if (!envelope.getRouting().getMessageId().equals(key)) {
                throw new RefusedException(Refusal.UNREADABLE, "record " + key + " was copied from another");
            }
            return Optional.of(parts.envelopes().routing(envelope, type));
        } catch (RefusedException e) {
            LOG.atWarn()
                    .addKeyValue("topic", name.topic())
                    .addKeyValue("key", key)
                    .addKeyValue("cause", e.sentence())
                    .log("record cannot be read");
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        view.close();
        producer.close(CLOSE_WITHIN);
    }

    private CompletionStage<Void> send(String key, @Nullable SealedEnvelope value) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        try {
            Future<RecordMetadata> unused =
                    producer.send(new ProducerRecord<>(name.topic(), key, value), (place, failure) -> {
                        if (failure == null) {
                            done.complete(null);
                        } else {
                            done.completeExceptionally(unavailable(failure.getMessage()));
                        }
                    });
        } catch (KafkaException e) {
            done.completeExceptionally(unavailable(e.getMessage()));
        }
        return done;
    }

    private RefusedException unavailable(@Nullable String cause) {
        return new RefusedException(
                Refusal.UNAVAILABLE, name.contents() + " cannot be written: " + cause + "; try again later");
    }
}
