package org.dmsc.tenant.token;

import java.time.Instant;

/**
 * A token that was just made.
 *
 * @param id its {@code jti}, for the audit log
 */
public record IssuedToken(String token, String id, Instant expiresAt) {

    /** Without the token. */
    @Override
    public String toString() {
        return "IssuedToken[id=" + id + ", expiresAt=" + expiresAt + "]";
    }
}
