package org.dmsc.bridge.core.cards;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.core.AgentReports;
import org.dmsc.bridge.core.AuditTrail;
import org.dmsc.bridge.core.RefusalNote;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.CardSource;
import org.dmsc.tenant.fetch.Destination;
import org.dmsc.tenant.fetch.FetchOrder;
import org.dmsc.tenant.fetch.Fetched;
import org.dmsc.tenant.fetch.Fetched.Outcome;
import org.dmsc.tenant.fetch.Fetcher;
import org.dmsc.tenant.fetch.Freshness;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One more look at the card of an agent that was registered by its URL.
 *
 * <pre>
 *   304, or the same card ─▶ nothing, while its signature's key still counts
 *   another card          ─▶ read, verified, scanned as the first one ─▶ registered in its place; the one before is kept beside it
 *                                          └──refused─▶ the registered one stays; audited
 *   404, 410              ─▶ third time: CARD_WITHDRAWN, the registration ends. So, too, when the key that signed counts no more
 * </pre>
 * Each change counts only while the card that it replaces is registered. Thread-safe, never blocks.
 */
public final class CardLook {

    private static final Logger LOG = LoggerFactory.getLogger(CardLook.class);

    private final Fetcher fetcher;
    private final FetchedCards cards;
    private final Parts parts;

    /**
     * What it works with.
     *
     * @param self SPIFFE id of this node, for the audit log
     */
    public record Parts(
            CardGate gate, AgentReports reports, AuditTrail audit, FabricDomain domain, SpiffeId self, Clock clock) {}

    public CardLook(Fetcher fetcher, Parts parts) {
        this.fetcher = fetcher;
        this.cards = new FetchedCards(parts.gate().check());
        this.parts = parts;
    }

    /** Looks, and says how to go on. Fails never for what the agent or its server does. */
    CompletionStage<RefetchRule> at(AgentRef agent, AgentRegistration registered, RefetchRule rule) {
        CardSource source = registered.getSource();
        boolean revoked = !source.getSigner().isEmpty() && !parts.gate().check().stands(agent, source.getSigner());
        RefetchRule asking = revoked ? rule.unconditional() : rule;
        Destination place;
        try {
            place = Destination.of(source.getUrl());
        } catch (RefusedException e) {
            return CompletableFuture.completedStage(refused(agent, source, e, rule));
        }
        FetchOrder order = new FetchOrder(agent.tenant(), place, FetchOrder.Trust.FABRIC, asking.order());
        return fetcher.get(order)
                .handle((fetched, failure) -> failure == null
                        ? answered(new Look(agent, registered, place, revoked), fetched, asking)
                        // The fetcher wrote it down.
                        : CompletableFuture.completedStage(asking.failed()))
                .thenCompose(next -> next);
    }

    /** What is looked at. */
    private record Look(AgentRef agent, AgentRegistration registered, Destination place, boolean revoked) {

        CardSource source() {
            return registered.getSource();
        }
    }

    private CompletionStage<RefetchRule> answered(Look look, Fetched fetched, RefetchRule rule) {
        try {
            requirePeer(look, fetched);
            if (fetched.outcome() == Outcome.GONE) {
                return gone(look, rule.isGone(), "there is no card at " + look.place());
            }
            if (fetched.outcome() == Outcome.UNCHANGED) {
                return CompletableFuture.completedStage(rule.same(fetched.freshness()));
            }
            FetchedCards.Read read = cards.read(look.agent(), look.place(), fetched.body());
            boolean same =
                    read.registration().getCardJson().equals(look.registered().getCardJson());
            return same
                    ? CompletableFuture.completedStage(rule.same(fetched.freshness()))
                    : changed(look, read, fetched.freshness(), rule);
        } catch (RefusedException e) {
            RefetchRule next = refused(look.agent(), look.source(), e, rule);
            // Nobody vouches for the registered card any more: it is as good as gone.
            return look.revoked()
                    ? gone(
                            look,
                            rule.isGone(),
                            "the key that signed it counts no more, and what is there is not signed by another")
                    : CompletableFuture.completedStage(next);
        }
    }

    private void requirePeer(Look look, Fetched fetched) {
        if (!fetched.peer().equals(Optional.of(SpiffeId.agent(parts.domain(), look.agent())))) {
            throw new RefusedException(
                    Refusal.IDENTITY_MISMATCH,
                    "url: somebody else answers at " + look.place() + " (expected the certificate of agent "
                            + look.agent() + ")");
        }
    }

    private CompletionStage<RefetchRule> changed(
            Look look, FetchedCards.Read read, Freshness freshness, RefetchRule rule) {
        if (read.signer().isEmpty() && !look.source().getSigner().isEmpty()) {
            throw new RefusedException(
                    Refusal.CARD_NOT_SIGNED,
                    "card.signatures: has none, and the card that it would replace was signed by '"
                            + look.source().getSigner()
                            + "' (expected a signature; to register it without one, do it anew)");
        }
        CardGate.Verdict verdict = parts.gate()
                .admit(
                        look.agent(),
                        CardSources.changed(
                                look.registered(),
                                read.registration(),
                                read.signer(),
                                parts.clock().millis()),
                        SpiffeId.agentUri(parts.domain(), look.agent()));
        if (verdict instanceof CardGate.SetAside aside) {
            throw aside.refusal();
        }
        AgentRegistration by = ((CardGate.Admitted) verdict).registration();
        return parts.reports()
                .replace(look.agent(), look.source().getSha256(), Optional.of(by))
                .handle((done, failure) ->
                        failure == null ? rule.changed(freshness) : unreported(look.agent(), failure, rule));
    }

    private CompletionStage<RefetchRule> gone(Look look, RefetchRule rule, String why) {
        if (!rule.isWithdrawn()) {
            return CompletableFuture.completedStage(rule);
        }
        return parts.audit()
                .record(AuditEvent.newBuilder()
                        .setEventId(UUID.randomUUID().toString())
                        .setTenant(look.agent().tenant().value())
                        .setTime(parts.clock().millis())
                        .setKind(AuditKind.CARD_WITHDRAWN)
                        .setActor(parts.self().uri())
                        .setNode(parts.self().uri())
                        .setObject(SpiffeId.agentUri(parts.domain(), look.agent()))
                        .setReasons(List.of(why))
                        .setDetails(Map.of(
                                "url", look.source().getUrl(),
                                "sha256", look.source().getSha256(),
                                "looks", Integer.toString(rule.gone())))
                        .build())
                .thenCompose(written ->
                        parts.reports().replace(look.agent(), look.source().getSha256(), Optional.empty()))
                .handle((done, failure) -> failure == null ? RefetchRule.NEW : unreported(look.agent(), failure, rule));
    }

    /** It is looked at again soon. */
    private static RefetchRule unreported(AgentRef agent, Throwable failure, RefetchRule rule) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        LOG.atWarn()
                .addKeyValue("agent", agent)
                .addKeyValue("cause", cause.getMessage())
                .log("what became of a card could not be reported");
        return rule.failed();
    }

    private RefetchRule refused(AgentRef agent, CardSource source, RefusedException why, RefetchRule rule) {
        LOG.atWarn()
                .addKeyValue("agent", agent)
                .addKeyValue("refusal", why.refusal())
                .log("a changed card is refused: the registered one stays");
        parts.audit()
                .refused(new RefusalNote(
                        Optional.of(agent.tenant()),
                        SpiffeId.agentUri(parts.domain(), agent),
                        why.refusal(),
                        why.sentence(),
                        Optional.of("card at " + source.getUrl()),
                        Optional.empty(),
                        RefusalNote.Weight.REFUSED));
        return rule.failed();
    }
}
