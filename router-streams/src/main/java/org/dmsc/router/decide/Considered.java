package org.dmsc.router.decide;

/** A candidate with its load and what was made of it: goes into the audit record of the decision. */
public record Considered(Candidate candidate, double load, Verdict verdict) {

    /** The same candidate with another verdict. */
    Considered with(Verdict other) {
        return new Considered(candidate, load, other);
    }
}
