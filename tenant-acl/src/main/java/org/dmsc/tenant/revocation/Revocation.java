package org.dmsc.tenant.revocation;

import java.time.Instant;

/**
 * Something is valid no more.
 *
 * @param issuedBefore what was issued before this time is revoked; {@link #ALWAYS}: whenever it was issued
 * @param generation its offset on the topic: later revocations have higher ones
 */
public record Revocation(
        RevocationKey key, Instant issuedBefore, String id, String reason, String actor, Instant at, long generation) {

    /** Later than any certificate. */
    public static final Instant ALWAYS = Instant.ofEpochMilli(Long.MAX_VALUE);

    /** Whether it concerns a credential with its key. */
    boolean concerns(Evidence evidence) {
        return evidence.issuedAt().isBefore(issuedBefore);
    }
}
