package org.dmsc.tenant.token;

/** Which tokens were taken back before their time. Implementations answer from memory: they MUST NOT block, and MUST be safe for many threads. */
public interface TokenRevocations {

    /** Grows with each revocation: what was accepted under an older one is looked at again. */
    long generation();

    /** Whether this token, its agent or its certificate was revoked. */
    boolean isRevoked(VerifiedToken token);

    /** Nothing is ever taken back. */
    static TokenRevocations none() {
        return new TokenRevocations() {
            @Override
            public long generation() {
                return 0;
            }

            @Override
            public boolean isRevoked(VerifiedToken token) {
                return false;
            }
        };
    }
}
