package org.dmsc.schemas;

import java.time.Duration;
import java.util.Optional;

/** Carries a {@link Refusal} out of a constructor or through a future; it has no stack trace because it reports input, not a fault. */
public final class RefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;
    private static final long NO_HINT = -1;

    private final Refusal refusal;
    private final long retryAfterNanos;

    public RefusedException(Refusal refusal, String message) {
        this(refusal, message, NO_HINT);
    }

    private RefusedException(Refusal refusal, String message, long retryAfterNanos) {
        super(message, null, false, false);
        this.refusal = refusal;
        this.retryAfterNanos = retryAfterNanos;
    }

    /** A refusal that may be none after that time. */
    public static RefusedException until(Refusal refusal, String message, Duration retryAfter) {
        return new RefusedException(refusal, message, Math.max(0, retryAfter.toNanos()));
    }

    public Refusal refusal() {
        return refusal;
    }

    /** When to try again, where that is known. */
    public Optional<Duration> retryAfter() {
        return retryAfterNanos == NO_HINT ? Optional.empty() : Optional.of(Duration.ofNanos(retryAfterNanos));
    }

    /** The message, which says the value, what was expected and the likely cause. */
    public String sentence() {
        String message = getMessage();
        return message == null ? refusal.meaning() : message;
    }
}
