package org.dmsc.bridge.core.cards;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.dmsc.bridge.core.cards.Quarantine.Case;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.CardVerdict;
import org.dmsc.schemas.avro.HeldCard;

/**
 * The life of a card that was set aside. Pure.
 *
 * <pre>
 *   (suspicious) ─▶ HELD ─▶ RELEASED: this text passes from now on
 *                    └────▶ REJECTED: this text is refused from now on, and not held again
 * </pre>
 * What is held stays until it is judged: whoever brings more of it does not push out what came before, and it is not written down.
 */
final class QuarantineRule {

    /** More versions of one agent's card nobody reads. */
    static final int MOST_HELD_OF_AN_AGENT = 4;

    static final int MOST_JUDGED_OF_AN_AGENT = 32;
    static final int MOST_HELD_OF_A_TENANT = 500;

    private QuarantineRule() {}

    /** Why one more card of that agent is not kept; empty when it is. */
    static Optional<String> full(List<Case> ofTenant, String agent) {
        long held = ofTenant.stream().filter(QuarantineRule::isHeld).count();
        long own = ofTenant.stream()
                .filter(one -> isHeld(one) && one.card().getAgent().equals(agent))
                .count();
        if (own >= MOST_HELD_OF_AN_AGENT || held >= MOST_HELD_OF_A_TENANT) {
            return Optional.of("it is not kept for an administrator, since "
                    + (own >= MOST_HELD_OF_AN_AGENT ? own : held) + " others are that have to be judged first");
        }
        return Optional.empty();
    }

    /** Verdicts to forget when one more of that agent comes, oldest first. */
    static List<Case> toForget(List<Case> ofTenant, String agent) {
        List<Case> judged = ofTenant.stream()
                .filter(one -> !isHeld(one) && one.card().getAgent().equals(agent))
                .sorted(Comparator.comparingLong(one -> one.card().getJudgedAt()))
                .toList();
        return judged.subList(0, Math.max(0, judged.size() + 1 - MOST_JUDGED_OF_AN_AGENT));
    }

    private static boolean isHeld(Case one) {
        return one.card().getVerdict() == CardVerdict.HELD;
    }

    static HeldCard held(String agent, AgentRegistration registration, String suspicion, String actor, long now) {
        return HeldCard.newBuilder()
                .setAgent(agent)
                .setRegistration(registration)
                .setSuspicion(suspicion)
                .setActor(actor)
                .setHeldAt(now)
                .setVerdict(CardVerdict.HELD)
                .build();
    }

    /**
     * Somebody decided.
     *
     * @throws RefusedException DUPLICATE when somebody did already
     */
    static HeldCard judged(HeldCard card, CardVerdict verdict, String judge, long now) {
        if (card.getVerdict() != CardVerdict.HELD) {
            throw new RefusedException(
                    Refusal.DUPLICATE,
                    "case: is " + card.getVerdict() + " by " + card.getJudge() + " (expected one that is HELD)");
        }
        return HeldCard.newBuilder(card)
                .setRegistration(null)
                .setVerdict(verdict)
                .setJudge(judge)
                .setJudgedAt(now)
                .build();
    }
}
