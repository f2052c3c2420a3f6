package org.dmsc.router.run;

/**
 * When the results that somebody waits for are committed: at once while the thread has nothing else to do, and otherwise when what it was
 * handed is worked off, or has been held for a while. A transaction costs the broker about ten requests whatever is in it, so a router
 * with a backlog that committed each task for itself would spend its time waiting for commits, and stay behind.
 *
 * <p>Threads do not share anything: each stream thread counts its own records. Records that were handed over and never reached the processor,
 * because their partition moved away, are counted until the next {@link #reset}; they cost a delay of {@link #LONGEST_MS}, and no more.
 */
public final class CommitPace {

    /** So long at most a result waits for the rest of the backlog. */
    static final long LONGEST_MS = 20;

    private static final class Count {
        private int waiting;
        private long urgentSince = Long.MAX_VALUE;
    }

    private final ThreadLocal<Count> counts = ThreadLocal.withInitial(Count::new);

    /** The consumer of this thread handed over so many records. */
    void polled(int records) {
        counts.get().waiting += records;
    }

    /** One of them reached the processor. */
    public void handled() {
        Count count = counts.get();
        count.waiting = Math.max(0, count.waiting - 1);
    }

    /** Partitions of this thread moved: what it held of them is gone. */
    public void reset() {
        counts.get().waiting = 0;
    }

    /** Somebody waits for what was just written. */
    public void urgent(long now) {
        Count count = counts.get();
        count.urgentSince = Math.min(count.urgentSince, now);
    }

    /** Whether to commit now; asked after each record. True once for what was urgent until now. */
    public boolean isTime(long now) {
        Count count = counts.get();
        if (count.urgentSince == Long.MAX_VALUE) {
            return false;
        }
        long held = now - count.urgentSince;
        // A clock that was set back holds nothing up.
        if (count.waiting > 0 && held >= 0 && held < LONGEST_MS) {
            return false;
        }
        count.urgentSince = Long.MAX_VALUE;
        return true;
    }
}
