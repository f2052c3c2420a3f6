package org.dmsc.bridge.http.fetch;

import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.core.RefusalNote;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.tenant.fetch.FetchOrder;
import org.dmsc.tenant.fetch.FetchRules.Permission;

/** Writes down each refused fetch, and each that went to an address only the configuration allows. */
final class FetchAudit {

    private final WebFetcherParts parts;

    FetchAudit(WebFetcherParts parts) {
        this.parts = parts;
    }

    void refused(FetchOrder order, RefusedException refused) {
        parts.audit()
                .refused(new RefusalNote(
                        Optional.of(order.tenant()),
                        parts.self().uri(),
                        refused.refusal(),
                        refused.sentence(),
                        Optional.of("GET " + order.destination()),
                        Optional.empty(),
                        RefusalNote.Weight.REFUSED));
    }

    /** Completes when it may go there: what only the configuration allows is on the log before. */
    CompletionStage<Void> permitted(FetchOrder order, Permission permission) {
        if (permission.exception().isEmpty()) {
            return CompletableFuture.completedStage(null);
        }
        return parts.audit()
                .record(AuditEvent.newBuilder()
                        .setEventId(UUID.randomUUID().toString())
                        .setTenant(order.tenant().value())
                        .setTime(parts.clock().millis())
                        .setKind(AuditKind.PRIVATE_FETCH)
                        .setActor(parts.self().uri())
                        .setNode(parts.self().uri())
                        .setObject(order.destination().toString())
                        .setDetails(Map.of(
                                "address", permission.address().getHostAddress(),
                                "range", permission.exception().get()))
                        .build());
    }
}
