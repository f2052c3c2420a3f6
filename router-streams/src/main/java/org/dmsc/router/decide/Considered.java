package org.dmsc.router.decide;

import java.util.stream.Collectors;
import org.dmsc.tenant.rules.Verdict.Denied;

/** A candidate with its load and what was made of it: goes into the audit record of the decision. */
public record Considered(Candidate candidate, double load, Verdict verdict) {

    /** What was made of it, in words: the rule's own where one said no. */
    public String meaning() {
        if (verdict == Verdict.TAG_FORBIDS) {
            return candidate.permission().denied().map(Denied::sentence).orElse(verdict.meaning());
        }
        String trials = candidate.permission().trials().stream()
                .map(trial -> "; dry run, not refused: " + trial.sentence())
                .collect(Collectors.joining());
        return verdict.meaning() + trials;
    }

    /** The same candidate with another verdict. */
    Considered with(Verdict other) {
        return new Considered(candidate, load, other);
    }
}
