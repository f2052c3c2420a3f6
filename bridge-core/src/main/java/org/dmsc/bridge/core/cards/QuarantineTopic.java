package org.dmsc.bridge.core.cards;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.dmsc.bridge.core.publish.KeysAtHand;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.HeldCard;
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
 * {@link Quarantine} on {@code dmsc.sys.quarantine}, sealed with the tenant's routing key as the registry's records are: who destroys the key of a
 * tenant that left destroys these, too. Each gateway keeps them in memory as they came, and opens what it is asked for.
 */
public final class QuarantineTopic implements Quarantine, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(QuarantineTopic.class);

    /** Logical channel of the sealed part. */
    private static final String CHANNEL = "quarantine";

    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(2);

    private final Envelopes envelopes;
    private final KeysAtHand keys;
    private final Clock clock;
    private final Producer<String, SealedEnvelope> producer;
    private final CompactedView<SealedEnvelope> view;
    private final ConcurrentNavigableMap<String, SealedEnvelope> kept = new ConcurrentSkipListMap<>();

    /** Makes Kafka clients, and talks to nobody yet. */
    public QuarantineTopic(KafkaClients kafka, AvroCodec codec, Envelopes envelopes, KeysAtHand keys, Clock clock) {
        this.envelopes = envelopes;
        this.keys = keys;
        this.clock = clock;
        AvroSerde<SealedEnvelope> values = new AvroSerde<>(codec, SealedEnvelope.class);
        this.producer = kafka.producer(CHANNEL, values.serializer());
        var deserializer = values.deserializer();
        this.view = CompactedView.passing(
                kafka,
                CHANNEL,
                TopicNames.QUARANTINE,
                (key, value) -> deserializer.deserialize(TopicNames.QUARANTINE, value));
    }

    /** Begins to read; returns at once. */
    public void start() {
        view.onChange(
                (key, value) -> value.ifPresentOrElse(envelope -> kept.put(key, envelope), () -> kept.remove(key)));
        view.start();
    }

    @Override
    public boolean ready() {
        return view.caughtUp();
    }

    @Override
    public Optional<HeldCard> find(CaseId id) {
        return Optional.ofNullable(kept.get(id.toString())).flatMap(envelope -> read(id, envelope));
    }

    @Override
    public List<Case> of(TenantId tenant) {
        List<Case> all = new ArrayList<>();
        // All keys of the tenant, and nothing else: '0' is the character after '/'.
        kept.subMap(tenant + "/", tenant + "0")
                .forEach((key, envelope) -> CaseId.parse(key)
                        .flatMap(id -> read(id, envelope).map(card -> new Case(id, card)))
                        .ifPresent(all::add));
        all.sort(Comparator.comparingLong((Case one) -> one.card().getHeldAt()).reversed());
        return all;
    }

    @Override
    public CompletionStage<Void> put(CaseId id, HeldCard card) {
        return keys.with(id.tenant(), () -> {
            Parties parties = new Parties(card.getActor(), "");
            SealedEnvelope sealed = envelopes.seal(card, id.tenant(), CHANNEL, id.toString(), parties, clock.millis());
            return send(id, sealed)
                    // So that who judged a card and registers it next is not asked again by this gateway.
                    .thenAccept(written -> kept.merge(id.toString(), sealed, QuarantineTopic::newer));
        });
    }

    @Override
    public CompletionStage<Void> forget(CaseId id) {
        return send(id, null).exceptionally(failure -> {
            LOG.atWarn().addKeyValue("case", id).setCause(failure).log("a card stays in quarantine");
            return null;
        });
    }

    @Override
    public void close() {
        view.close();
        producer.close(CLOSE_WITHIN);
    }

    private static SealedEnvelope newer(SealedEnvelope known, SealedEnvelope written) {
        return known.getRouting().getTime() > written.getRouting().getTime() ? known : written;
    }

    private Optional<HeldCard> read(CaseId id, SealedEnvelope envelope) {
        try {
            Envelopes.requirePlace(envelope, id.tenant(), CHANNEL);
            if (!envelope.getRouting().getMessageId().equals(id.toString())) {
                throw new RefusedException(Refusal.UNREADABLE, "held card " + id + " was copied from another");
            }
            return Optional.of(envelopes.routing(envelope, HeldCard.class));
        } catch (RefusedException e) {
            LOG.atWarn()
                    .addKeyValue("case", id)
                    .addKeyValue("cause", e.sentence())
                    .log("held card cannot be read");
            return Optional.empty();
        }
    }

    private CompletionStage<Void> send(CaseId id, @Nullable SealedEnvelope value) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        try {
            Future<RecordMetadata> unused = producer.send(
                    new ProducerRecord<>(TopicNames.QUARANTINE, id.toString(), value), (place, failure) -> {
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

    private static RefusedException unavailable(@Nullable String cause) {
        return new RefusedException(
                Refusal.UNAVAILABLE, "the quarantine cannot be written: " + cause + "; try again later");
    }
}
