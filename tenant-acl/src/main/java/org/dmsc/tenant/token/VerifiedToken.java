package org.dmsc.tenant.token;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.revocation.Evidence;

/**
 * A token that was verified.
 *
 * @param id its {@code jti}, for audit
 * @param evidence what can be revoked of it
 * @param boundTo SHA-256 of the certificate it is bound to, base64url (RFC 8705); empty when it is to none
 * @param boundKey thumbprint of the key whose possession must be proven beside it (RFC 9449 6); empty when it is to none
 */
public record VerifiedToken(
        AgentRef agent,
        String id,
        Instant expiresAt,
        Optional<String> boundTo,
        Optional<String> boundKey,
        Evidence evidence) {

    /**
     * Refuses a token that is bound to another certificate than the one shown, or to one where none is shown; and beside a certificate one
     * that is not bound: whoever has a certificate can get a token that is of no use to a thief.
     *
     * @throws RefusedException UNAUTHENTICATED
     */
    public void requireBoundTo(Optional<X509Certificate> shown) {
        if (boundTo.isEmpty()) {
            if (shown.isPresent()) {
                throw new RefusedException(
                        Refusal.UNAUTHENTICATED,
                        "token is not bound to the certificate beside it (expected one with cnf.x5t#S256, or the token without a"
                                + " certificate, or the certificate alone)");
            }
            return;
        }
        byte[] expected = boundTo.get().getBytes(StandardCharsets.US_ASCII);
        boolean same = shown.map(VerifiedToken::thumbprint)
                .filter(thumbprint -> MessageDigest.isEqual(expected, thumbprint.getBytes(StandardCharsets.US_ASCII)))
                .isPresent();
        if (!same) {
            throw new RefusedException(
                    Refusal.UNAUTHENTICATED,
                    "token is bound to a certificate that was not shown (expected the connection it was issued for)");
        }
    }

    static String thumbprint(X509Certificate certificate) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("certificate cannot be hashed", e);
        }
    }
}
