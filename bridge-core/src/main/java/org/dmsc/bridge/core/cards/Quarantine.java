package org.dmsc.bridge.core.cards;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.HeldCard;

/** Cards that were set aside, and what became of them: the same at all gateways. Thread-safe, never blocks. */
public interface Quarantine {

    /** Whether all that was kept before this process began is known here. Until then nobody can say whether a card was released. */
    boolean ready();

    /** What is known of that card. */
    Optional<HeldCard> find(CaseId id);

    /** Of that tenant, newest first. */
    List<Case> of(TenantId tenant);

    /** Completes when Kafka has it. */
    CompletionStage<Void> put(CaseId id, HeldCard card);

    /** It is known no more. */
    CompletionStage<Void> forget(CaseId id);

    /** A card and its name. */
    record Case(CaseId id, HeldCard card) {}
}
