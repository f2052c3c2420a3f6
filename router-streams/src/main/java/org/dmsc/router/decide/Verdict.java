package org.dmsc.router.decide;

/** What the filter made of a candidate. */
public enum Verdict {
    CHOSEN("chosen", Kind.FIT),
    FITS("fits", Kind.FIT),
    NOT_VISIBLE("no grant lets the caller's tenant use it", Kind.NEVER),
    TAG_FORBIDS("a data tag of the task keeps it away", Kind.NEVER),
    ANCESTOR("it delegated this task itself", Kind.NEVER),
    FAILED_BEFORE("it refused or failed this task already", Kind.NEVER),
    UNCERTAIN_BEFORE("it may have done this task already, and its skill is not declared idempotent", Kind.NEVER),
    NOT_UP("it is not up", Kind.LATER),
    BREAKER_OPEN("its breaker for this skill is open", Kind.LATER),
    BUSY("it works at its capacity", Kind.LATER);

    private final String meaning;
    private final Kind kind;

    Verdict(String meaning, Kind kind) {
        this.meaning = meaning;
        this.kind = kind;
    }

    /** One clause for people. */
    public String meaning() {
        return meaning;
    }

    /** Whether waiting can help. */
    public boolean mayPass() {
        return kind == Kind.LATER;
    }

    private enum Kind {
        FIT,
        LATER,
        NEVER
    }
}
