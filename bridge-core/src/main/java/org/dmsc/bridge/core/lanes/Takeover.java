package org.dmsc.bridge.core.lanes;

import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.dmsc.bridge.core.lanes.LaneMark.Tenure;

/**
 * What a new owner of an inbox partition may think of each record, by the last commit of the owner before it (design 14.6). Pure.
 *
 * <pre>
 *   nothing committed       nobody ever owned it: every record is fresh      (an owner commits before its first delivery)
 *   left,  offset &lt; next    open: uncertain, else done
 *   left,  offset ≥ next    fresh
 *   held,  offset &lt; next    open: uncertain, else done
 *   held,  offset ≥ next    uncertain up to the end of the partition at takeover, fresh from there
 *   a mark of somebody else as held with nothing done
 * </pre>
 *
 * @param start where to begin reading
 * @param next the first record the owner before had not touched when it committed
 * @param freshFrom the first record that nobody can have touched
 */
record Takeover(long start, long next, long freshFrom, Set<Long> open) {

    /** What the owner before did with a record. */
    enum Past {
        /** Nothing. */
        FRESH,
        /** It may have handed it to the agent. */
        UNCERTAIN,
        /** It ended it. */
        DONE
    }

    Takeover {
        open = Set.copyOf(open);
    }

    /** By a commit, and the end of the partition as it is now. */
    static Takeover of(Optional<OffsetAndMetadata> committed, long end) {
        if (committed.isEmpty()) {
            return new Takeover(0, 0, 0, Set.of());
        }
        long offset = committed.get().offset();
        LaneMark mark = LaneMark.parse(offset, committed.get().metadata())
                .orElseGet(() -> new LaneMark(Tenure.HELD, offset, java.util.List.of()));
        long freshFrom = mark.tenure() == Tenure.LEFT ? mark.next() : Math.max(end, mark.next());
        return new Takeover(offset, mark.next(), freshFrom, Set.copyOf(mark.open()));
    }

    /** Whether the end of the partition matters for this commit: only for one whose owner never said that it left. */
    static boolean needsEnd(Optional<OffsetAndMetadata> committed) {
        return committed
                .filter(found -> LaneMark.parse(found.offset(), found.metadata())
                        .filter(mark -> mark.tenure() == Tenure.LEFT)
                        .isEmpty())
                .isPresent();
    }

    /** What happened to the record at that offset. */
    Past past(long offset) {
        if (offset >= freshFrom) {
            return Past.FRESH;
        }
        return offset < next && !open.contains(offset) ? Past.DONE : Past.UNCERTAIN;
    }
}
