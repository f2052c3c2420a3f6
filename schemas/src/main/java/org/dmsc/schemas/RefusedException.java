package org.dmsc.schemas;

/** Carries a {@link Refusal} out of a constructor or through a future; it has no stack trace because it reports input, not a fault. */
public final class RefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Refusal refusal;

    public RefusedException(Refusal refusal, String message) {
        super(message, null, false, false);
        this.refusal = refusal;
    }

    public Refusal refusal() {
        return refusal;
    }

    /** The message, which says the value, what was expected and the likely cause. */
    public String sentence() {
        String message = getMessage();
        return message == null ? refusal.meaning() : message;
    }
}
