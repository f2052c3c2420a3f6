package org.dmsc.bridge.core.cards;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.dmsc.bridge.core.publish.SealedTopic;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.HeldCard;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.tenant.keys.Parties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link Quarantine} on {@code dmsc.sys.quarantine}, sealed with the tenant's routing key as the registry's records are: who destroys the key of a
 * tenant that left destroys these, too. Each gateway keeps them in memory as they came, and opens what it is asked for.
 */
public final class QuarantineTopic implements Quarantine, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(QuarantineTopic.class);

    private static final SealedTopic.Name NAME =
            new SealedTopic.Name(TopicNames.QUARANTINE, "quarantine", "cards in quarantine");

    private final SealedTopic<HeldCard> topic;
    private final ConcurrentNavigableMap<String, SealedEnvelope> kept = new ConcurrentSkipListMap<>();

    /** Makes Kafka clients, and talks to nobody yet. */
    public QuarantineTopic(SealedTopic.Parts parts) {
        this.topic = new SealedTopic<>(parts, NAME, HeldCard.class);
    }

    /** Begins to read; returns at once. */
    public void start() {
        topic.start((key, value) -> value.ifPresentOrElse(envelope -> kept.put(key, envelope), () -> kept.remove(key)));
    }

    @Override
    public boolean ready() {
        return topic.caughtUp();
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
        return topic.write(id.tenant(), id.toString(), new Parties(card.getActor(), ""), card)
                // So that who judged a card and registers it next is not asked again by this gateway.
                .thenAccept(written -> kept.merge(id.toString(), written, QuarantineTopic::newer));
    }

    @Override
    public CompletionStage<Void> forget(CaseId id) {
        return topic.erase(id.toString()).exceptionally(failure -> {
            LOG.atWarn().addKeyValue("case", id).setCause(failure).log("a card stays in quarantine");
            return null;
        });
    }

    @Override
    public void close() {
        topic.close();
    }

    private static SealedEnvelope newer(SealedEnvelope known, SealedEnvelope written) {
        return known.getRouting().getTime() > written.getRouting().getTime() ? known : written;
    }

    private Optional<HeldCard> read(CaseId id, SealedEnvelope envelope) {
        return topic.read(id.tenant(), id.toString(), envelope);
    }
}
