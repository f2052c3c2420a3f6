package org.dmsc.router.decide;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.AgentHealth;

/** Says of each candidate whether it may do the task now, later or never. Pure. */
final class CandidateFilter {

    private static final String OPEN = "OPEN";

    private CandidateFilter() {}

    /** All candidates with their verdicts, the most relevant first. */
    static List<Considered> apply(Question question, List<Candidate> candidates) {
        Set<String> ancestors = question.ancestors();
        List<Considered> all = new ArrayList<>(candidates.size());
        for (Candidate candidate : candidates) {
            all.add(new Considered(candidate, LoadScore.of(candidate), verdict(candidate, ancestors, question)));
        }
        all.sort(Comparator.comparingDouble((Considered c) -> c.candidate().relevance())
                .reversed()
                .thenComparing(c -> c.candidate().agent().toString()));
        return all;
    }

    private static Verdict verdict(Candidate candidate, Set<String> ancestors, Question question) {
        if (candidate.permission().denied().isPresent()) {
            return candidate.permission().denied().get().refusal() == Refusal.DATA_TAG
                    ? Verdict.TAG_FORBIDS
                    : Verdict.NOT_VISIBLE;
        }
        AgentRef agent = candidate.agent();
        if (ancestors.contains(agent.toString())) {
            return Verdict.ANCESTOR;
        }
        if (question.failed().contains(agent)) {
            return Verdict.FAILED_BEFORE;
        }
        if (!candidate.idempotent() && question.uncertain().contains(agent)) {
            // Design 14.6: what may have had its effect is done again only where that does no harm.
            return Verdict.UNCERTAIN_BEFORE;
        }
        AgentHealth health = candidate.snapshot().getHealth();
        if (health != AgentHealth.UP && health != AgentHealth.DEGRADED) {
            return Verdict.NOT_UP;
        }
        Map<String, String> breakers = candidate.snapshot().getBreakers();
        String breaker = breakers.getOrDefault(candidate.skillId(), "");
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
