package org.dmsc.router.decide;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
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
 *   most relevant within the margin ▸ {@link Pick}   → Assign
 * </pre>
 */
public final class AgentSelector {

    /** Doubling stops here whatever the settings say, so that no shift overflows. */
    private static final int MOST_DOUBLINGS = 16;

    /** How many of those that were not chosen the reasons name. */
    private static final int ALTERNATIVES = 2;

    private static final long HUNDREDTH = 100;

    private final SelectionPolicy policy;
    private final Pick pick;

    public AgentSelector(SelectionPolicy policy) {
        this(policy, new PowerOfTwo());
    }

    /** With another way to choose among those that fit about equally well. */
    public AgentSelector(SelectionPolicy policy, Pick pick) {
        this.policy = policy;
        this.pick = pick;
    }

    /** The decision; never throws for anything that is in a question. */
    public Decision decide(Question question, List<Candidate> candidates, RandomGenerator random) {
        List<Considered> considered = new CandidateFilter(question).apply(candidates);
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
        List<Considered> fits = only(considered, c -> c.verdict() == Verdict.FITS);
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
        List<Considered> fresh = tried.isEmpty()
                ? fits
                : only(fits, c -> !tried.contains(c.candidate().agent()));
        if (!fresh.isEmpty()) {
            return assign(question, fresh, considered, random);
        }
        long ready = question.last().map(last -> readyAgain(question, last)).orElse(0L);
        if (question.now() < ready) {
            return new Decision.Defer(
                    Refusal.UNAVAILABLE, "every agent that fits was tried; trying again shortly", ready, considered);
        }
        List<Considered> others = only(fits, c -> !isLast(question, c));
        return assign(question, others.isEmpty() ? fits : others, considered, random);
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

    private Decision assign(
            Question question, List<Considered> pool, List<Considered> considered, RandomGenerator random) {
        double least = pool.get(0).candidate().relevance() * (1 - policy.relevanceMargin());
        int close = 1;
        while (close < pool.size() && pool.get(close).candidate().relevance() >= least) {
            close++;
        }
        Considered chosen = pick.among(question, pool.subList(0, close), random);
        List<String> figures = figures(chosen, pool);
        List<String> reasons = new ArrayList<>(chosen.candidate().why());
        reasons.addAll(figures);
        return new Decision.Assign(chosen.candidate(), reasons, figures, marked(chosen, considered));
    }

    private static List<Considered> marked(Considered chosen, List<Considered> considered) {
        List<Considered> marked = new ArrayList<>(considered.size());
        for (Considered one : considered) {
            boolean is = one.candidate().agent().equals(chosen.candidate().agent());
            marked.add(is ? one.with(Verdict.CHOSEN) : one);
        }
        return marked;
    }

    private static List<String> figures(Considered chosen, List<Considered> pool) {
        Candidate choice = chosen.candidate();
        List<String> figures = new ArrayList<>(2 + ALTERNATIVES);
        figures.add("relevance " + number(choice.relevance()) + ", best of " + pool.size() + " is "
                + number(pool.get(0).candidate().relevance()));
        figures.add("load " + number(chosen.load()) + " (" + choice.inFlight() + " of " + choice.capacity()
                + " places taken)");
        for (Considered other : pool) {
            if (!other.candidate().agent().equals(choice.agent()) && figures.size() < 2 + ALTERNATIVES) {
                figures.add(other.candidate().agent() + " has load " + number(other.load()) + ", relevance "
                        + number(other.candidate().relevance()));
            }
        }
        return figures;
    }

    /** A loop and no stream: this runs several times in each decision. */
    private static List<Considered> only(List<Considered> all, Predicate<Considered> wanted) {
        List<Considered> some = new ArrayList<>(all.size());
        for (Considered considered : all) {
            if (wanted.test(considered)) {
                some.add(considered);
            }
        }
        return some;
    }

    /** To two decimals; a formatter takes longer than the whole rest of a decision. */
    private static String number(double value) {
        long hundredths = Math.round(value * HUNDREDTH);
        long rest = hundredths % HUNDREDTH;
        return hundredths / HUNDREDTH + (rest < 10 ? ".0" : ".") + rest;
    }
}
