package org.dmsc.tenant.token;

import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Without what a token does not count: its {@code cnf} (RFC 7800).
 *
 * @param certificate of the connection (RFC 8705)
 * @param key thumbprint of the key that proofs are signed with (RFC 9449 6)
 */
public record TokenBinding(Optional<X509Certificate> certificate, Optional<String> key) {

    /** Whoever has the token can use it. */
    public static final TokenBinding NONE = new TokenBinding(Optional.empty(), Optional.empty());

    /** To a certificate alone. */
    public static TokenBinding to(X509Certificate certificate) {
        return new TokenBinding(Optional.of(certificate), Optional.empty());
    }

    /** The members of {@code cnf}; none for a bearer token. */
    Map<String, Object> confirmation() {
        Map<String, Object> members = new TreeMap<>();
        certificate.ifPresent(shown -> members.put(TokenClaims.THUMBPRINT, VerifiedToken.thumbprint(shown)));
        key.ifPresent(thumbprint -> members.put(TokenClaims.KEY_THUMBPRINT, thumbprint));
        return members;
    }
}
