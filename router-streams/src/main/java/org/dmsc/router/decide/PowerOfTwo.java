package org.dmsc.router.decide;

import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.Presence;

/**
 * Two at random, and of those the one where the task is likely to be done sooner: that spreads work almost as well as looking at all of
 * them, and unlike looking at all of them it does not send a burst to the one that was idle a moment ago.
 *
 * <pre>
 *   price = load (tasks per place, with the new one; CPU, errors, degraded)
 *         × slowness   (its latency against the other's) ^ 0.75, 1 to 8; no history counts as no slower than the other
 *         × dearness   up to 1.25, its cost against the other's
 *         × distance   1.15 elsewhere, 1.05 in the caller's region but at another gateway, 1 at the same gateway
 *         ÷ warmth     0.1 to 1 in the first 30 s after it came (back) up: recovering agents get work by and by
 * </pre>
 *
 * The agent that had the context's last task takes the first place of the two, and keeps the task unless it is more than twice as dear.
 * One choice in {@value #EXPLORE_ONE_IN} is made without looking at prices: so who was slow once is measured again.
 */
public final class PowerOfTwo implements Pick {

    /** How much more the agent that knows the context may cost. */
    private static final double STICKINESS = 2;

    private static final int EXPLORE_ONE_IN = 64;

    /** Below 1, because latency already holds some of the queue that load counts too. */
    private static final double SLOWNESS_POWER = 0.75;

    private static final double MOST_SLOWNESS = 8;

    /** Beyond this an agent is slow against one without history. */
    private static final double SLOW_MS = 2_000;

    private static final double COST_WEIGHT = 0.25;
    private static final double OTHER_GATEWAY = 1.05;
    private static final double OTHER_REGION = 1.15;
    private static final double COLDEST = 0.1;
    private static final double WARM_AFTER_MS = 30_000;

    @Override
    public Considered among(Question question, List<Considered> close, RandomGenerator random) {
        int size = close.size();
        if (size == 1) {
            return close.get(0);
        }
        int known = lastOfContext(question, close);
        int first = known >= 0 ? known : random.nextInt(size);
        int second = random.nextInt(size - 1);
        Considered one = close.get(first);
        Considered two = close.get(second >= first ? second + 1 : second);
        if (known < 0 && random.nextInt(EXPLORE_ONE_IN) == 0) {
            return one;
        }
        double least = price(question, one, two.candidate()) / (known >= 0 ? STICKINESS : 1);
        return price(question, two, one.candidate()) < least ? two : one;
    }

    /** Its place in the list; -1 when there is none, or it is not among them. */
    private static int lastOfContext(Question question, List<Considered> close) {
        Optional<AgentRef> last = question.surroundings().lastOfContext();
        for (int i = 0; last.isPresent() && i < close.size(); i++) {
            if (close.get(i).candidate().agent().equals(last.get())) {
                return i;
            }
        }
        return -1;
    }

    /** What the task would cost with this one, where the other one is the alternative; a finite number above 0. */
    static double price(Question question, Considered considered, Candidate other) {
        Candidate candidate = considered.candidate();
        return considered.load()
                * slowness(candidate, other)
                * dearness(candidate, other)
                * distance(question, candidate)
                / warmth(candidate.snapshot().getUpSince(), question.now());
    }

    private static double slowness(Candidate candidate, Candidate other) {
        double latency = candidate.snapshot().getLatencyMs();
        if (!(latency >= 0) || latency == Double.POSITIVE_INFINITY) {
            return MOST_SLOWNESS;
        }
        double others = other.snapshot().getLatencyMs();
        double usual = others > 0 ? others : SLOW_MS;
        return latency <= usual ? 1 : Math.min(MOST_SLOWNESS, Math.pow(latency / usual, SLOWNESS_POWER));
    }

    /** 1 for the cheaper one; a cost that is none counts as the dearest. */
    private static double dearness(Candidate candidate, Candidate other) {
        double cost = cost(candidate);
        double cheapest = Math.min(cost, cost(other));
        return cost == cheapest ? 1 : 1 + COST_WEIGHT * (1 - cheapest / cost);
    }

    private static double cost(Candidate candidate) {
        double cost = candidate.snapshot().getRegistration().getCost();
        return cost >= 0 ? cost : Double.POSITIVE_INFINITY;
    }

    private static double distance(Question question, Candidate candidate) {
        Presence presence = candidate.snapshot().getPresence();
        if (presence != null
                && presence.getGateway().equals(question.submission().getGateway())) {
            return 1;
        }
        Optional<String> region = question.surroundings().region();
        AgentRegistration registration = candidate.snapshot().getRegistration();
        return region.isEmpty() || region.get().equals(registration.getRegion()) ? OTHER_GATEWAY : OTHER_REGION;
    }

    /** From cold to 1; the registry's clock may be ahead of this one, and an agent of which nothing is known is warm. */
    private static double warmth(long upSince, long now) {
        if (upSince <= 0) {
            return 1;
        }
        double age = Math.max(0.0, (double) now - upSince);
        return Math.min(1, COLDEST + (1 - COLDEST) * age / WARM_AFTER_MS);
    }
}
