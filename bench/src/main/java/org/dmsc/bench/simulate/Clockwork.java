package org.dmsc.bench.simulate;

import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** The time of a simulation, in milliseconds: things happen in the order of their times, and at the same time in the order they were planned. */
final class Clockwork {

    /** Some day in 2023: rules must not depend on what the time is. */
    static final long BEGIN = 1_700_000_000_000L;

    private final PriorityQueue<Planned> planned = new PriorityQueue<>();
    private long now = BEGIN;
    private long count;

    private record Planned(long at, long number, Runnable what) implements Comparable<Planned> {

        @Override
        public int compareTo(Planned other) {
            return at == other.at ? Long.compare(number, other.number) : Long.compare(at, other.at);
        }
    }

    long now() {
        return now;
    }

    /** How many things were planned so far. */
    long count() {
        return count;
    }

    void in(long millis, Runnable what) {
        at(now + Math.max(0, millis), what);
    }

    void at(long time, Runnable what) {
        planned.add(new Planned(Math.max(now, time), count++, what));
    }

    /** Lets the next thing happen; false when nothing is planned any more. */
    boolean step() {
        @Nullable Planned next = planned.poll();
        if (next == null) {
            return false;
        }
        now = next.at();
        next.what().run();
        return true;
    }
}
