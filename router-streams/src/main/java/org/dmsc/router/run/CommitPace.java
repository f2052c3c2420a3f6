package org.dmsc.router.run;

/**
 * When the results that somebody waits for are committed: at once while the thread has nothing else to do, and otherwise when what it was
 * handed is worked off, or has been held for a while. A transaction costs the broker about ten requests whatever is in it, so a router
 * with a backlog that committed each task for itself would spend its time waiting for commits, and stay behind. A broker that is slow (cold, or
 * without a processor of its own) makes commits long; the router then works as long between two of them as one takes, so that at least half of its time goes
 * into work.
 *
 * <p>Threads do not share anything: each stream thread counts its own records. Records that were handed over and never reached the processor,
 * because their partition moved away, are counted until the next {@link #reset}; they cost a delay, and no more.
 */
public final class CommitPace {

    /** So long a result waits for the rest of the backlog when commits are quick. */
    static final long SHORTEST_MS = 20;

    /** So long at most, however long commits take. */
    public static final long LONGEST_MS = 100;

    private static final long NEVER = Long.MAX_VALUE;

    private static final class Count {
        private int waiting;
        private long urgentSince = NEVER;
        private long askedAt = NEVER;
        private long patience = SHORTEST_MS;

        /** The mean of what it was and what the last commit took. */
        private void learn(long took) {
            if (took >= 0) {
                patience = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, (patience + took) / 2));
            }
        }
    }

    private final ThreadLocal<Count> counts = ThreadLocal.withInitial(Count::new);

    /** The consumer of this thread handed over so many records. */
    void polled(int records) {
        counts.get().waiting += records;
    }

    /** One of them reached the processor. */
    public void handled(long now) {
        Count count = counts.get();
        count.waiting = Math.max(0, count.waiting - 1);
        if (count.askedAt != NEVER) {
            count.learn(now - count.askedAt);
            count.askedAt = NEVER;
        }
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
        if (count.urgentSince == NEVER) {
            return false;
        }
        long held = now - count.urgentSince;
        // A clock that was set back holds nothing up.
        if (count.waiting > 0 && held >= 0 && held < count.patience) {
            return false;
        }
        count.urgentSince = NEVER;
        // Without a backlog the time until the next record says nothing about the commit.
        count.askedAt = count.waiting > 0 ? now : NEVER;
        return true;
    }
}
