package org.dmsc.bridge.core.cards;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.core.AuditTrail;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.CardText;
import org.dmsc.bridge.core.cards.Quarantine.Case;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.CardVerdict;
import org.dmsc.schemas.avro.HeldCard;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last thing between a card and the registry: its texts are scanned, and on suspicion it is set aside for an administrator of its tenant.
 *
 * <pre>
 *   nothing found, or this text was released ─▶ admitted
 *   this text was rejected, is held, or cannot be kept ─▶ refused
 *   anything else ─▶ CARD_QUARANTINED on the audit log ▸ kept ▸ refused
 * </pre>
 * Thread-safe, never blocks.
 */
public final class CardGate {

    private static final Logger LOG = LoggerFactory.getLogger(CardGate.class);

    /** One record on Kafka holds it; nobody reads a longer one. */
    private static final int LONGEST_KEPT = 256 * 1024;

    private final CardCheck check;
    private final Quarantine quarantine;
    private final Parts parts;

    /**
     * What it works with.
     *
     * @param self SPIFFE id of this node, for the audit log
     */
    public record Parts(AuditTrail audit, FabricDomain domain, SpiffeId self, Clock clock) {}

    public CardGate(CardCheck check, Quarantine quarantine, Parts parts) {
        this.check = check;
        this.quarantine = quarantine;
        this.parts = parts;
    }

    /** Who may have signed. */
    public CardCheck check() {
        return check;
    }

    /** What becomes of a card. */
    public sealed interface Verdict permits Admitted, SetAside {}

    /** It may be registered, as this. */
    public record Admitted(AgentRegistration registration) implements Verdict {}

    /**
     * It may not.
     *
     * @param kept completes when it is kept, where it has to be; fails when that was not possible
     */
    public record SetAside(RefusedException refusal, CompletionStage<Void> kept) implements Verdict {}

    /**
     * Scans a card that was checked for all else: what is kept can be registered as it is.
     *
     * @param actor SPIFFE id of who brought it
     */
    public Verdict admit(AgentRef agent, AgentRegistration registration, String actor) {
        Optional<String> suspicion =
                CardText.suspicion(A2aJson.parse(registration.getCardJson().getBytes(StandardCharsets.UTF_8)));
        if (suspicion.isEmpty()) {
            return new Admitted(registration);
        }
        if (!quarantine.ready()) {
            return refused(new RefusedException(
                    Refusal.UNAVAILABLE,
                    "card: this gateway does not know yet which cards were released; try again later"));
        }
        CaseId id = CaseId.of(agent, registration.getCardJson());
        Optional<HeldCard> known = quarantine.find(id);
        CardVerdict verdict = known.map(HeldCard::getVerdict).orElse(CardVerdict.HELD);
        if (verdict == CardVerdict.RELEASED) {
            return new Admitted(CardSources.released(
                    registration, known.orElseThrow().getJudge(), parts.clock().millis()));
        }
        if (verdict == CardVerdict.REJECTED) {
            return refused(quarantined(suspicion.get() + " (expected another text: this one was rejected by "
                    + known.orElseThrow().getJudge() + ")"));
        }
        if (registration.getCardJson().length() > LONGEST_KEPT) {
            return refused(quarantined(
                    suspicion.get() + " (expected a description for people; the card is too long to be kept for"
                            + " an administrator)"));
        }
        if (known.isPresent()) {
            return refused(held(suspicion.get(), id));
        }
        List<Case> all = quarantine.of(agent.tenant());
        Optional<String> full = QuarantineRule.full(all, agent.agent().value());
        if (full.isPresent()) {
            return refused(quarantined(suspicion.get() + " (expected a description for people; " + full.get() + ")"));
        }
        HeldCard card = QuarantineRule.held(
                agent.agent().value(),
                registration,
                suspicion.get(),
                actor,
                parts.clock().millis());
        return new SetAside(held(suspicion.get(), id), hold(id, card, all));
    }

    private static RefusedException held(String suspicion, CaseId id) {
        return quarantined(suspicion
                + " (expected a description for people; an administrator of the tenant, or an operator, who has read the card may release"
                + " case " + id.hash() + ")");
    }

    private CompletionStage<Void> hold(CaseId id, HeldCard card, List<Case> all) {
        return parts.audit()
                .record(event(AuditKind.CARD_QUARANTINED, id, card, card.getActor())
                        // Where it was found, not what: the words are the card's.
                        .setReasons(List.of(card.getSuspicion().split(": ", 2)[0]))
                        .build())
                .thenCompose(written -> quarantine.put(id, card))
                .thenAccept(kept ->
                        QuarantineRule.toForget(all, card.getAgent()).forEach(old -> quarantine.forget(old.id())))
                .whenComplete((kept, failure) -> {
                    if (failure != null) {
                        LOG.atWarn()
                                .addKeyValue("case", id)
                                .setCause(failure)
                                .log("a card could not be kept in quarantine");
                    }
                });
    }

    /** What is held and was judged, newest first. */
    public List<Case> of(TenantId tenant) {
        return quarantine.of(tenant);
    }

    /** @throws RefusedException CARD_UNKNOWN when there is none */
    public HeldCard require(CaseId id) {
        return quarantine
                .find(id)
                .orElseThrow(() -> new RefusedException(
                        Refusal.CARD_UNKNOWN,
                        "case " + id.hash() + ": is not there (expected one that 'dmsc agent quarantine list' shows)"));
    }

    /**
     * What is registered when a card is released: as it was brought, with who released it.
     *
     * @throws RefusedException DUPLICATE when it was judged; CARD_NOT_VERIFIED, CARD_NOT_SIGNED when it may not be registered by now
     */
    public AgentRegistration releasable(CaseId id, String judge) {
        HeldCard card = require(id);
        AgentRegistration registration = card.getRegistration();
        if (registration == null) {
            QuarantineRule.judged(card, CardVerdict.RELEASED, judge, 0);
            throw new IllegalStateException("case " + id + ": is held and has no card");
        }
        AgentRef agent = AgentRef.of(id.tenant().value(), card.getAgent());
        String signer =
                registration.getSource() == null ? "" : registration.getSource().getSigner();
        if (signer.isEmpty()) {
            Optional<String> unused =
                    check.signer(A2aJson.parse(registration.getCardJson().getBytes(StandardCharsets.UTF_8)), agent);
        } else if (!check.stands(agent, signer)) {
            throw new RefusedException(
                    Refusal.CARD_NOT_VERIFIED,
                    "case " + id.hash() + ": '" + signer
                            + "' signed it and counts no more (expected the card to be brought again)");
        }
        return CardSources.released(registration, judge, parts.clock().millis());
    }

    /**
     * Writes the verdict down, first on the audit log; completes when it counts at this gateway, and for the others by and by.
     *
     * @throws RefusedException DUPLICATE when it was judged
     */
    public CompletionStage<Void> judge(CaseId id, CardVerdict verdict, String judge) {
        HeldCard judged =
                QuarantineRule.judged(require(id), verdict, judge, parts.clock().millis());
        AuditKind kind = verdict == CardVerdict.RELEASED ? AuditKind.CARD_RELEASED : AuditKind.CARD_REJECTED;
        return parts.audit()
                .record(event(kind, id, judged, judge).build())
                .thenCompose(written -> quarantine.put(id, judged));
    }

    private AuditEvent.Builder event(AuditKind kind, CaseId id, HeldCard card, String actor) {
        return AuditEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setTenant(id.tenant().value())
                .setTime(parts.clock().millis())
                .setKind(kind)
                .setActor(actor)
                .setNode(parts.self().uri())
                .setObject(SpiffeId.agentUri(
                        parts.domain(), AgentRef.of(id.tenant().value(), card.getAgent())))
                .setDetails(Map.of("case", id.hash()));
    }

    private static RefusedException quarantined(String sentence) {
        return new RefusedException(Refusal.CARD_QUARANTINED, sentence);
    }

    private static SetAside refused(RefusedException refusal) {
        return new SetAside(refusal, done());
    }

    private static CompletionStage<Void> done() {
        return CompletableFuture.completedStage(null);
    }
}
