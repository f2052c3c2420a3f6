package org.dmsc.bridge.core;

import java.util.concurrent.CompletionStage;
import org.dmsc.schemas.avro.AuditEvent;

/** Writes audit events of this process. Never blocks. */
public interface AuditTrail {

    /** Completes when Kafka has the event. */
    CompletionStage<Void> record(AuditEvent event);

    /**
     * A refusal. When one actor is refused for one reason very often, single refusals are counted and written as one event per interval with
     * {@code details.count}: a flood must not bury the log.
     */
    void refused(RefusalNote note);
}
