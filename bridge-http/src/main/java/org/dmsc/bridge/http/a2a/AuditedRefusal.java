package org.dmsc.bridge.http.a2a;

import java.util.concurrent.CompletionException;
import org.dmsc.schemas.RefusedException;

/** A refusal that was written to the audit trail where it was made: the edge only renders it. */
public final class AuditedRefusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient RefusedException refused;

    AuditedRefusal(RefusedException refused) {
        super(refused.sentence(), null, false, false);
        this.refused = refused;
    }

    /** What was refused. */
    public RefusedException refused() {
        return refused;
    }

    /** Marks a failure that came out of the exchange, which audits its own refusals. */
    public static Throwable mark(Throwable failure) {
        Throwable cause = unwrap(failure);
        return cause instanceof RefusedException refused ? new AuditedRefusal(refused) : cause;
    }

    /** What a stage failed with. */
    public static Throwable unwrap(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
