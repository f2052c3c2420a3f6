package org.dmsc.tenant.dpop;

import java.time.Instant;
import java.util.Optional;

/**
 * A proof that is signed by the key it shows, fresh, and made for this gateway. For which request and which token it was made is yet to be asked.
 *
 * @param thumbprint of its key (RFC 7638, SHA-256, base64url), as {@code cnf.jkt} has it
 * @param id its {@code jti}
 * @param method its {@code htm}
 * @param target its {@code htu}
 * @param tokenHash its {@code ath}
 * @param renew whether its nonce is the last one, so that the client should have the next
 */
public record DpopProof(
        String thumbprint,
        String id,
        Instant issuedAt,
        String method,
        String target,
        Optional<String> tokenHash,
        Renew renew) {

    /** Whether the client should be given another nonce. */
    enum Renew {
        YES,
        NO
    }
}
