package org.dmsc.bridge.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.dmsc.bridge.core.AuditQuery;
import org.dmsc.bridge.core.AuditReader;
import org.dmsc.bridge.core.AuditTrail;
import org.dmsc.bridge.core.RefusalNote;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditRecord;

/** Keeps what was recorded. */
public final class FakeAudit implements AuditTrail, AuditReader {

    public final List<RefusalNote> refusals = new CopyOnWriteArrayList<>();
    public final List<AuditEvent> events = new CopyOnWriteArrayList<>();

    private volatile Consumer<AuditEvent> listener = event -> {};
    private volatile boolean unwritable;

    /** From now on Kafka takes nothing. */
    public void fail() {
        unwritable = true;
    }

    /** From now on it does again. */
    public void heal() {
        unwritable = false;
    }

    /** Called within {@link #record}, so that a test can do something at that very moment. */
    void onEvent(Consumer<AuditEvent> next) {
        listener = next;
    }

    @Override
    public CompletionStage<Void> record(AuditEvent event) {
        if (unwritable) {
            return CompletableFuture.failedStage(new RefusedException(Refusal.UNAVAILABLE, "the log is full"));
        }
        events.add(event);
        listener.accept(event);
        return CompletableFuture.completedStage(null);
    }

    @Override
    public void refused(RefusalNote note) {
        refusals.add(note);
    }

    @Override
    public CompletionStage<List<AuditRecord>> read(
            Optional<TenantId> tenant, Set<String> words, Predicate<AuditRecord> wanted, int limit) {
        return CompletableFuture.completedStage(events.stream()
                .filter(event ->
                        tenant.map(id -> id.value().equals(event.getTenant())).orElse(true))
                .map(event -> new AuditRecord(0L, 1L, event))
                .filter(wanted)
                .limit(limit)
                .toList());
    }

    @Override
    public CompletionStage<AuditQuery.Slice> page(AuditQuery query) {
        int from = query.cursor().map(Integer::parseInt).orElse(0);
        List<AuditRecord> found = new ArrayList<>();
        int at = from;
        for (; at < events.size() && found.size() < query.limit(); at++) {
            AuditRecord record = new AuditRecord((long) at, 1L, events.get(at));
            boolean own = query.tenant()
                    .map(id -> id.value().equals(record.getEvent().getTenant()))
                    .orElse(true);
            if (own && query.wanted().test(record)) {
                found.add(record);
            }
        }
        return CompletableFuture.completedStage(new AuditQuery.Slice(found, Integer.toString(at), at >= events.size()));
    }
}
