package org.dmsc.bridge.core.cards;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dmsc.bridge.core.a2a.PublishedCards;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.CardSource;
import org.dmsc.schemas.avro.FormerCard;

/** Evidence of cards: where each came from, who signed it, and which were there before. Pure. */
public final class CardSources {

    /** What an agent said earlier is looked at by people after something happened; more of it nobody reads. */
    private static final int MOST_FORMER = 4;

    /** A registration is one record on Kafka. */
    private static final int LONGEST_FORMER = 64 * 1024;

    private CardSources() {}

    /** A card that an agent posted; of one that nobody signed there is nothing to keep but itself. */
    public static AgentRegistration posted(AgentRegistration registration, Optional<String> signer, long now) {
        return signer.isEmpty() ? registration : with(registration, source("", registration, signer, now), List.of());
    }

    /** A card that was fetched for the first time. */
    public static AgentRegistration fetched(
            AgentRegistration registration, String url, Optional<String> signer, long now) {
        return with(registration, source(url, registration, signer, now), List.of());
    }

    /** The same for one that takes the place of another. */
    public static AgentRegistration changed(
            AgentRegistration before, AgentRegistration registration, Optional<String> signer, long now) {
        CardSource known = before.getSource();
        return with(registration, source(known.getUrl(), registration, signer, now), former(before, now));
    }

    /** A card in which something was found, and that somebody released all the same. */
    static AgentRegistration released(AgentRegistration registration, String judge, long now) {
        CardSource known = registration.getSource() == null
                ? source("", registration, Optional.empty(), now)
                : registration.getSource();
        CardSource source = CardSource.newBuilder(known).setReleasedBy(judge).build();
        return with(registration, source, registration.getFormerCards());
    }

    /**
     * A registration that takes the place of another: what was known before of the same card still is, and a card that was fetched from the same
     * place is evidence.
     */
    public static AgentRegistration continued(AgentRegistration registration, Optional<AgentRegistration> before) {
        CardSource now = registration.getSource();
        CardSource known = before.map(AgentRegistration::getSource).orElse(null);
        if (now == null || known == null || !now.getUrl().equals(known.getUrl())) {
            return registration;
        }
        boolean same = now.getSha256().equals(known.getSha256())
                && now.getSigner().equals(known.getSigner())
                && now.getReleasedBy().equals(known.getReleasedBy());
        if (same) {
            return with(registration, known, before.orElseThrow().getFormerCards());
        }
        return now.getUrl().isEmpty()
                        || now.getSha256().equals(known.getSha256())
                        || !registration.getFormerCards().isEmpty()
                ? registration
                : with(registration, now, former(before.orElseThrow(), now.getSince()));
    }

    private static List<FormerCard> former(AgentRegistration before, long until) {
        List<FormerCard> former = new ArrayList<>();
        former.add(new FormerCard(before.getSource(), until, before.getCardJson()));
        former.addAll(before.getFormerCards());
        return bounded(former);
    }

    private static List<FormerCard> bounded(List<FormerCard> former) {
        List<FormerCard> kept = new ArrayList<>();
        int room = LONGEST_FORMER;
        for (FormerCard card : former.subList(0, Math.min(MOST_FORMER, former.size()))) {
            int length = card.getCardJson().length();
            kept.add(length <= room ? card : new FormerCard(card.getSource(), card.getUntil(), ""));
            room -= length <= room ? length : 0;
        }
        return kept;
    }

    private static CardSource source(String url, AgentRegistration registration, Optional<String> signer, long now) {
        return new CardSource(url, PublishedCards.sha256(registration.getCardJson()), signer.orElse(""), now, "");
    }

    private static AgentRegistration with(AgentRegistration registration, CardSource source, List<FormerCard> former) {
        return AgentRegistration.newBuilder(registration)
                .setSource(source)
                .setFormerCards(former)
                .build();
    }
}
