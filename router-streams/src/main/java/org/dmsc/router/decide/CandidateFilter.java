package org.dmsc.router.decide;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.AgentHealth;
import org.dmsc.tenant.rules.Verdict.Denied;

/** Says of each candidate whether it may do the task now, later or never. Pure; made for one question. */
final class CandidateFilter {

    private static final String OPEN = "OPEN";
    private static final Comparator<Considered> MOST_RELEVANT_FIRST = Comparator.comparingDouble(
                    (Considered c) -> c.candidate().relevance())
            .reversed();

    private final Question question;
    private final Set<AgentRef> failed;
    private final Set<AgentRef> uncertain;

    CandidateFilter(Question question) {
        this.question = question;
        this.failed = question.failed();
        this.uncertain = question.uncertain();
    }

    /** All candidates with their verdicts, the most relevant first, equal ones in the order in which they were given. */
    List<Considered> apply(List<Candidate> candidates) {
        List<Considered> all = new ArrayList<>(candidates.size());
        boolean sorted = true;
        double before = Double.POSITIVE_INFINITY;
        for (Candidate candidate : candidates) {
            all.add(new Considered(candidate, LoadScore.of(candidate), verdict(candidate)));
            sorted &= candidate.relevance() <= before;
            before = candidate.relevance();
        }
        if (!sorted) {
            all.sort(MOST_RELEVANT_FIRST);
        }
        return all;
    }

    private Verdict verdict(Candidate candidate) {
        if (candidate.permission().denied().isPresent()) {
            Denied denied = candidate.permission().denied().get();
            return denied.refusal() == Refusal.DATA_TAG ? Verdict.TAG_FORBIDS : Verdict.NOT_VISIBLE;
        }
        AgentRef agent = candidate.agent();
        if (question.isAncestor(agent)) {
            return Verdict.ANCESTOR;
        }
        if (failed.contains(agent)) {
            return Verdict.FAILED_BEFORE;
        }
        if (!candidate.idempotent() && uncertain.contains(agent)) {
            // Design 14.6: what may have had its effect is done again only where that does no harm.
            return Verdict.UNCERTAIN_BEFORE;
        }
        AgentHealth health = candidate.snapshot().getHealth();
        if (health != AgentHealth.UP && health != AgentHealth.DEGRADED) {
            return Verdict.NOT_UP;
        }
        return busyOrBroken(candidate);
    }

    private static Verdict busyOrBroken(Candidate candidate) {
        String breaker = candidate.snapshot().getBreakers().getOrDefault(candidate.skillId(), "");
        if (breaker.equals(OPEN)) {
            return Verdict.BREAKER_OPEN;
        }
        if (!breaker.isEmpty() && candidate.inFlight() > 0) {
            // Half open: one task at a time tells whether the agent is well again.
            return Verdict.BREAKER_OPEN;
        }
        return candidate.inFlight() >= candidate.capacity() ? Verdict.BUSY : Verdict.FITS;
    }
}
