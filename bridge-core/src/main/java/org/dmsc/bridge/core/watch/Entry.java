package org.dmsc.bridge.core.watch;

/** A watch with what its housekeeping needs: how many wait, and when to look it up. Guarded by itself. */
final class Entry {

    /** Nothing to look up. */
    private static final long NEVER = Long.MAX_VALUE;

    /** First look-up of a task of which nothing was heard: far above what the router takes. */
    private static final long QUIET_MS = 2000;

    private static final long MOST_PAUSE_MS = 10_000;
    private static final long PAUSE_MS = 200;

    private final TaskWatch watch;
    private int waiters;
    private int lookups;
    private long lookupAt = NEVER;
    private boolean lookingUp;

    Entry(TaskWatch watch) {
        this.watch = watch;
    }

    TaskWatch watch() {
        return watch;
    }

    synchronized void enter() {
        waiters++;
    }

    /** True when nobody is left. */
    synchronized boolean leave() {
        waiters--;
        return waiters <= 0;
    }

    /** Look it up if nothing is heard for a while. */
    synchronized void lookUpWhenQuiet(long now) {
        lookupAt = now + QUIET_MS;
    }

    synchronized void lookUpNow(long now) {
        lookupAt = now;
    }

    /** Whether to look it up now; then the caller does, and says so by {@link #lookedUp}. */
    synchronized boolean lookupDue(long now) {
        if (lookingUp) {
            return false;
        }
        boolean missing = watch.catchingUp();
        if (!missing && watch.heard()) {
            lookupAt = NEVER;
            return false;
        }
        if (missing && lookupAt == NEVER) {
            lookupAt = now;
        }
        lookingUp = now >= lookupAt;
        return lookingUp;
    }

    /** The look-up is over; another one follows, later and later, unless the watch has what it needs. */
    synchronized void lookedUp(long now) {
        lookingUp = false;
        lookups++;
        lookupAt = now + Math.min(MOST_PAUSE_MS, PAUSE_MS << Math.min(lookups, 10));
    }
}
