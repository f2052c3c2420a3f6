package org.dmsc.bridge.core;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.AuditEvent;

/** Writes audit events of this process. Never blocks. */
public interface AuditTrail {

    /** So long {@link #recordFirst} waits. */
    Duration PATIENCE = Duration.ofSeconds(15);

    /** Completes when Kafka has the event. */
    CompletionStage<Void> record(AuditEvent event);

    /**
     * As {@link #record}, and waits for it. For threads that may block, before they let go of what the event tells of: what is not audited MUST
     * NOT happen.
     *
     * @throws RefusedException UNAVAILABLE when Kafka does not have it in time
     */
    default void recordFirst(AuditEvent event) {
        try {
            Void unused = record(event).toCompletableFuture().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RefusedException refused ? refused : unwritten(String.valueOf(e.getCause()));
        } catch (TimeoutException e) {
            throw unwritten("no answer in " + PATIENCE.toSeconds() + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unwritten("interrupted");
        }
    }

    private static RefusedException unwritten(String cause) {
        return new RefusedException(
                Refusal.UNAVAILABLE,
                "the audit log cannot be written: " + cause
                        + " (nothing is done that is not audited; try again later)");
    }

    /**
     * A refusal. When one actor is refused for one reason very often, single refusals are counted and written as one event per interval with
     * {@code details.count}: a flood must not bury the log.
     */
    void refused(RefusalNote note);
}
