package org.dmsc.tenant.rules;

/**
 * What a tenant wants when a request fits several skills about equally well.
 *
 * @param margin the best skill must be ahead of the next by this share of its relevance, 0 to 1, or the request is ambiguous
 */
public record Ambiguity(Answer answer, double margin) {

    /** What a tenant has that says nothing. */
    public static final Ambiguity USUAL = new Ambiguity(Answer.BEST_GUESS, 0.1);

    /** What follows. */
    public enum Answer {
        /** The best one does it; the decision says how close it was. */
        BEST_GUESS,
        /** The caller is asked which skill it means. */
        ASK,
        /** The task ends. */
        REFUSE
    }
}
