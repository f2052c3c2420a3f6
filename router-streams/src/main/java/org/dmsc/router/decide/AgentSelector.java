package org.dmsc.router.decide;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.AttemptRecord;

/**
 * Decides who does a task next. Pure: the same question, candidates and random numbers give the same decision.
 *
 * <pre>
 *   deadline, hops, attempts used up          → Refuse
 *   filter (visible, no ancestor, up, breaker, capacity)
 *   nobody fits: some may later               → Defer
 *                nobody ever                  → Refuse
 *   those not tried yet, else those tried (after a backoff, the last one only when it is the only one; one that may
 *   have done it already only when its skill is idempotent)
 *   most relevant within the margin ▸ two at random ▸ the less loaded   → Assign
 * </pre>
 */
public final class AgentSelector {

    /** Doubling stops here whatever the settings say, so that no shift overflows. */
    private static final int MOST_DOUBLINGS = 16;

    private final SelectionPolicy policy;

    public AgentSelector(SelectionPolicy policy) {
        this.policy = policy;
    }

    /** The decision; never throws for anything that is in a question. */
    public Decision decide(Question question, List<Candidate> candidates, RandomGenerator random) {
        List<Considered> considered = CandidateFilter.apply(question, candidates);
        if (question.now() >= question.submission().getDeadline()) {
            return new Decision.Refuse(
                    Refusal.DEADLINE_EXCEEDED, "the deadline passed before an agent was found", considered);
        }
        if (question.submission().getHops() > question.maxHops()) {
            return new Decision.Refuse(
                    Refusal.HOP_LIMIT,
                    "delegation number " + question.submission().getHops() + " in a chain (at most "
                            + question.maxHops() + ")",
                    considered);
        }
        if (question.attempts().size() >= Math.max(1, question.submission().getMaxAttempts())) {
            return Refusals.attemptsUsedUp(question, considered);
        }
        List<Considered> fits =
                considered.stream().filter(c -> c.verdict() == Verdict.FITS).toList();
        if (fits.isEmpty()) {
            return nobodyFits(question, considered);
        }
        return choose(question, fits, considered, random);
    }

    private Decision nobodyFits(Question question, List<Considered> considered) {
        if (considered.stream().noneMatch(c -> c.verdict().mayPass())) {
            return Refusals.nobodyEver(question, considered);
        }
        boolean busy = considered.stream().anyMatch(c -> c.verdict() == Verdict.BUSY);
        long until = question.now() + policy.busyRetry().toMillis();
        return busy
                ? new Decision.Defer(
                        Refusal.OVERLOADED, "every agent that fits works at its capacity", until, considered)
                : new Decision.Defer(Refusal.NO_CANDIDATE_UP, Refusal.NO_CANDIDATE_UP.meaning(), until, considered);
    }

    private Decision choose(
            Question question, List<Considered> fits, List<Considered> considered, RandomGenerator random) {
        Set<AgentRef> tried = question.tried();
        List<Considered> fresh = fits.stream()
                .filter(c -> !tried.contains(c.candidate().agent()))
                .toList();
        if (!fresh.isEmpty()) {
            return assign(pick(fresh, random), fresh, considered);
        }
        long ready = question.last().map(last -> readyAgain(question, last)).orElse(0L);
        if (question.now() < ready) {
            return new Decision.Defer(
                    Refusal.UNAVAILABLE, "every agent that fits was tried; trying again shortly", ready, considered);
        }
        List<Considered> others =
                fits.stream().filter(c -> !isLast(question, c)).toList();
        List<Considered> pool = others.isEmpty() ? fits : others;
        return assign(pick(pool, random), pool, considered);
    }

    private long readyAgain(Question question, AttemptRecord last) {
        int doublings = Math.min(MOST_DOUBLINGS, question.attempts().size() - 1);
        long backoff = Math.min(
                policy.longestBackoff().toMillis(), policy.firstBackoff().toMillis() << doublings);
        // Jitter without a random number, so that looking again gives the same time: tasks differ in their ids.
        long jitter = Math.floorMod(question.submission().getTaskId().hashCode(), backoff / 4 + 1);
        return last.getClosedAt() + backoff + jitter;
    }

    private static boolean isLast(Question question, Considered considered) {
        return question.last()
                .map(last -> Question.agent(last).equals(considered.candidate().agent()))
                .orElse(false);
    }

    private Considered pick(List<Considered> pool, RandomGenerator random) {
        double least = pool.get(0).candidate().relevance() * (1 - policy.relevanceMargin());
        List<Considered> close =
                pool.stream().filter(c -> c.candidate().relevance() >= least).toList();
        if (close.size() == 1) {
            return close.get(0);
        }
        int first = random.nextInt(close.size());
        int second = random.nextInt(close.size() - 1);
        Considered one = close.get(first);
        Considered two = close.get(second >= first ? second + 1 : second);
        return two.load() < one.load() ? two : one;
    }

    private static Decision assign(Considered chosen, List<Considered> pool, List<Considered> considered) {
        Candidate choice = chosen.candidate();
        List<String> figures = new ArrayList<>();
        figures.add("relevance " + number(choice.relevance()) + ", best of " + pool.size() + " is "
                + number(pool.get(0).candidate().relevance()));
        figures.add("load " + number(chosen.load()) + " (" + choice.inFlight() + " of " + choice.capacity()
                + " places taken)");
        pool.stream()
                .filter(c -> !c.candidate().agent().equals(choice.agent()))
                .limit(2)
                .forEach(c -> figures.add(c.candidate().agent() + " has load " + number(c.load()) + ", relevance "
                        + number(c.candidate().relevance())));
        List<String> reasons = new ArrayList<>(choice.why());
        reasons.addAll(figures);
        List<Considered> marked = considered.stream()
                .map(c -> c.candidate().agent().equals(choice.agent()) ? c.with(Verdict.CHOSEN) : c)
                .toList();
        return new Decision.Assign(choice, reasons, figures, marked);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
