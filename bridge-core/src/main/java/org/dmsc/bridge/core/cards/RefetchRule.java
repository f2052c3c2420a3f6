package org.dmsc.bridge.core.cards;

import java.time.Duration;
import java.util.Optional;
import org.dmsc.tenant.fetch.Freshness;

/**
 * When a card is looked at again, and when an agent without one is let go. Pure.
 *
 * <pre>
 *   same, or another that is taken ─▶ after max-age, or the usual time where it says none
 *   not had, or not to be taken    ─▶ after a tenth of it, then twice as long each time
 *   gone                           ─▶ after the usual time; the third time in a row it is withdrawn
 * </pre>
 * Nothing comes sooner than a tenth of the usual time and nothing later than six times that, whatever the agent says.
 *
 * @param failures in a row
 * @param gone so often in a row
 * @param known what to ask for on condition
 */
record RefetchRule(int failures, int gone, Freshness known) {

    static final int WITHDRAWN_AFTER = 3;

    static final RefetchRule NEW = new RefetchRule(0, 0, Freshness.UNKNOWN);

    private static final int SOONEST = 10;
    private static final int LATEST = 6;
    private static final int MOST_DOUBLINGS = 10;

    /** The card is there, and the registered one is it. */
    RefetchRule same(Freshness freshness) {
        // An answer of 304 need not repeat what it is the same as.
        Freshness kept = freshness.isKnown()
                ? freshness
                : new Freshness(
                        known.tag(), known.modified(), freshness.maxAge().or(known::maxAge));
        return new RefetchRule(0, 0, kept);
    }

    /** Another card is there, and was taken. */
    RefetchRule changed(Freshness freshness) {
        return new RefetchRule(0, 0, freshness);
    }

    /** It could not be had, or must not be taken. What is known stays: a card that was refused is never the one asked for on condition. */
    RefetchRule failed() {
        return new RefetchRule(Math.min(MOST_DOUBLINGS, failures + 1), 0, known);
    }

    /** It says that there is none. */
    RefetchRule isGone() {
        return new RefetchRule(0, gone + 1, known);
    }

    /** The whole card is wanted next time. */
    RefetchRule unconditional() {
        return new RefetchRule(failures, gone, Freshness.UNKNOWN);
    }

    boolean isWithdrawn() {
        return gone >= WITHDRAWN_AFTER;
    }

    /** How long until the next look. */
    Duration wait(Duration usual) {
        Duration soonest = usual.dividedBy(SOONEST);
        Duration latest = usual.multipliedBy(LATEST);
        Duration wanted = usual;
        if (failures > 0) {
            wanted = soonest.multipliedBy(1L << (failures - 1));
        } else if (gone == 0) {
            wanted = known.maxAge().orElse(usual);
        }
        return wanted.compareTo(soonest) < 0 ? soonest : wanted.compareTo(latest) > 0 ? latest : wanted;
    }

    /** As wanted for an order: also nothing known is said, so that an answer that it is gone is one. */
    Optional<Freshness> order() {
        return Optional.of(known);
    }
}
