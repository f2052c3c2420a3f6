package org.dmsc.bridge.http;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.dmsc.bridge.core.cards.CaseId;
import org.dmsc.bridge.core.cards.Quarantine;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.HeldCard;

/** In memory. */
public final class FakeQuarantine implements Quarantine {

    public final Map<CaseId, HeldCard> cards = new ConcurrentHashMap<>();
    public volatile boolean ready = true;

    @Override
    public boolean ready() {
        return ready;
    }

    @Override
    public Optional<HeldCard> find(CaseId id) {
        return Optional.ofNullable(cards.get(id));
    }

    @Override
    public List<Case> of(TenantId tenant) {
        return cards.entrySet().stream()
                .filter(one -> one.getKey().tenant().equals(tenant))
                .map(one -> new Case(one.getKey(), one.getValue()))
                .sorted(Comparator.comparingLong((Case one) -> one.card().getHeldAt())
                        .reversed())
                .toList();
    }

    @Override
    public CompletionStage<Void> put(CaseId id, HeldCard card) {
        cards.put(id, card);
        return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<Void> forget(CaseId id) {
        cards.remove(id);
        return CompletableFuture.completedStage(null);
    }
}
