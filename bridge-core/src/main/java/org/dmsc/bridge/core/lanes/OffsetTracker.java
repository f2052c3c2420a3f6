package org.dmsc.bridge.core.lanes;

import java.util.List;
import java.util.TreeSet;
import org.dmsc.bridge.core.lanes.LaneMark.Tenure;

/**
 * Which records of one partition have ended. They end in any order; what may be committed is everything before the first that has not.
 * Offsets need not be consecutive: transaction markers take some. Thread-safe: the lane loop begins records, links end them.
 */
final class OffsetTracker {

    private final TreeSet<Long> open = new TreeSet<>();
    private long next;

    OffsetTracker(long start) {
        this.next = start;
    }

    /** A record was read. MUST be called in the order of offsets. */
    synchronized void begin(long offset) {
        if (offset < next) {
            throw new IllegalArgumentException(
                    "offset " + offset + " was begun already (expected at least " + next + ")");
        }
        open.add(offset);
        next = offset + 1;
    }

    /** A record ended; a second time changes nothing. */
    synchronized void end(long offset) {
        if (open.remove(offset) && open.isEmpty()) {
            notifyAll();
        }
    }

    /** How many have begun and not ended. */
    synchronized int open() {
        return open.size();
    }

    /** What to commit now. */
    synchronized LaneMark mark() {
        return new LaneMark(Tenure.HELD, next, List.copyOf(open));
    }

    /** Where to read on. */
    synchronized long next() {
        return next;
    }

    /** What to commit as if the record had ended, for a transaction that ends it. */
    synchronized LaneMark markWithout(long offset) {
        return new LaneMark(
                Tenure.HELD,
                next,
                open.stream().filter(other -> other != offset).toList());
    }

    /** Waits until nothing is open; false when that took longer. */
    synchronized boolean awaitIdle(long millis) throws InterruptedException {
        long deadline = System.nanoTime() + millis * 1_000_000L;
        while (!open.isEmpty()) {
            long left = (deadline - System.nanoTime()) / 1_000_000L;
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }
}
