package org.dmsc.node.audit;

import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import org.dmsc.schemas.serde.AuditLeaf;
import org.dmsc.tenant.log.Receipt;

/** Looks for the event that a receipt promises, leaf by leaf. Not thread-safe. */
public final class ReceiptCheck {

    private final Receipt receipt;
    private long leaves;
    private OptionalLong index = OptionalLong.empty();
    private Instant recorded = Instant.MAX;
    private Instant newest = Instant.MIN;

    /** Begins with the first leaf of the log that the receipt names. */
    public ReceiptCheck(Receipt receipt) {
        this.receipt = receipt;
    }

    /** What became of a promise. */
    public enum Kept {
        /** The event is in the log, in time. */
        IN_TIME,
        /** It is in the log, and came later than was promised. */
        LATE,
        /** The log goes on past the promise, or the promise's time is over, and there is no such event. */
        OMITTED,
        /** It is not there, and nothing says that it should be yet. */
        OPEN
    }

    /**
     * What was found.
     *
     * @param index of the first event of the task; empty when there is none
     * @param leaves how many were looked at
     */
    public record Result(Kept kept, OptionalLong index, Duration late, long leaves) {}

    /** The next leaf. */
    public void add(byte[] leaf) {
        Instant at = Instant.ofEpochMilli(AuditLeaf.sequencedAt(leaf).orElse(0));
        newest = at.isAfter(newest) ? at : newest;
        if (index.isEmpty() && AuditLeaf.holds(leaf, receipt.taskId())) {
            index = OptionalLong.of(leaves);
            recorded = at;
        }
        leaves++;
    }

    /**
     * The verdict of all leaves.
     *
     * @param seenAt when the log ended where it ends; for a copy, whose age nobody knows, {@link Instant#MIN}
     */
    public Result result(Instant seenAt) {
        Instant end = newest.isAfter(seenAt) ? newest : seenAt;
        if (index.isPresent()) {
            boolean late = recorded.isAfter(receipt.by());
            return new Result(
                    late ? Kept.LATE : Kept.IN_TIME,
                    index,
                    late ? Duration.between(receipt.by(), recorded) : Duration.ZERO,
                    leaves);
        }
        return new Result(end.isAfter(receipt.by()) ? Kept.OMITTED : Kept.OPEN, index, Duration.ZERO, leaves);
    }
}
