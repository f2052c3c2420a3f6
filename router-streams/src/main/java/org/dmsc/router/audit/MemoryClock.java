package org.dmsc.router.audit;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * The clock by which ids of events are forgotten. It follows the machine's, but between two events it goes on by an hour at most, and never
 * back. So a clock that jumps by days, in whatever direction and as often as it likes, takes an hour of the memory for each jump and not all
 * of it (case 105); a log of few events remembers longer than it must. Time during which nobody sequenced does not count. Pure.
 *
 * @param time milliseconds, of this clock alone: compare it with nothing else
 * @param seen the machine's clock at the last event; empty after a start
 */
record MemoryClock(long time, OptionalLong seen) {

    /** Of a day of memory a jump takes this much: two dozen of them, not one, let an id be forgotten. */
    static final long MOST_MS = Duration.ofHours(1).toMillis();

    /** As it was kept; what came since the start is not known. */
    static MemoryClock kept(long time) {
        return new MemoryClock(time, OptionalLong.empty());
    }

    /** At the next event. */
    MemoryClock at(long now) {
        long since = seen.isEmpty() || now <= seen.getAsLong() ? 0 : now - seen.getAsLong();
        // A difference that does not fit is a jump, too.
        long passed = since < 0 ? MOST_MS : Math.min(MOST_MS, since);
        return new MemoryClock(time + passed, OptionalLong.of(now));
    }

    /** When its day began: ids are filed under it. */
    long day() {
        return day(time);
    }

    /** The first day that is still remembered. */
    long firstDay() {
        return day(time - AuditTopology.MEMORY.toMillis());
    }

    /**
     * Whether it is to be kept, after it was this before. Once a minute is enough, and a new day is always a new minute: so after a start no id
     * is filed under a day that was over.
     */
    boolean isToBeKept(MemoryClock before) {
        long minute = Duration.ofMinutes(1).toMillis();
        return Math.floorDiv(time, minute) != Math.floorDiv(before.time, minute);
    }

    private static long day(long time) {
        return time - Math.floorMod(time, AuditTopology.DAY.toMillis());
    }
}
