package org.dmsc.tenant.testing;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/** The assertion that something is refused with a code. */
public final class Refusals {

    private Refusals() {}

    public static void assertRefused(Refusal refusal, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(RefusedException.class, e -> {
            if (e.refusal() != refusal) {
                throw new AssertionError("expected " + refusal + ", was " + e.refusal() + ": " + e.sentence());
            }
        });
    }
}
