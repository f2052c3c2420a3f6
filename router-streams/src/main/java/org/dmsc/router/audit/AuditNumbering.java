package org.dmsc.router.audit;

import java.util.Optional;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditRecord;

/** Gives audit events their place in the log. Pure. */
final class AuditNumbering {

    /** The index of a tenant's first record. */
    static final long FIRST = 0;

    private AuditNumbering() {}

    /**
     * The record of an event.
     *
     * @param next the index that the tenant's next record gets
     * @param seen whether an event of this id has its place already
     * @return empty for an event that was written twice
     */
    static Optional<AuditRecord> number(AuditEvent event, long next, boolean seen, long now) {
        return seen
                ? Optional.empty()
                : Optional.of(AuditRecord.newBuilder()
                        .setIndex(next)
                        .setSequencedAt(now)
                        .setEvent(event)
                        .build());
    }
}
