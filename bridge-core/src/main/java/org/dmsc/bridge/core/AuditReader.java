package org.dmsc.bridge.core;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AuditRecord;

/** Reads the audit log of the fabric. MUST NOT block; at most a few scans run at once, more are refused as OVERLOADED. */
public interface AuditReader {

    /**
     * The newest records that match, oldest first.
     *
     * @param tenant whose log; empty for all
     * @param words what each wanted record has, as in {@link AuditQuery}
     * @param limit most records
     */
    CompletionStage<List<AuditRecord>> read(
            Optional<TenantId> tenant, Set<String> words, Predicate<AuditRecord> wanted, int limit);

    /**
     * A page of the answer; it looks no further after a few seconds, and says where to go on.
     *
     * @throws org.dmsc.schemas.RefusedException in the stage: INVALID_REQUEST for a cursor that is none, UNAVAILABLE, OVERLOADED
     */
    CompletionStage<AuditQuery.Slice> page(AuditQuery query);
}
