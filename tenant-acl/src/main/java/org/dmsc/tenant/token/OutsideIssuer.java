package org.dmsc.tenant.token;

import java.net.URI;
import java.util.Set;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * A token issuer of a tenant's own, such as its company's identity provider.
 *
 * @param issuer the {@code iss} of its tokens, compared as text
 * @param jwks where its public keys are, https; nothing that a token says about keys is ever followed
 * @param algorithms what it may sign with, at least one
 * @param audience the only {@code aud} that is accepted; what names the fabric at that issuer
 * @param subject which agent a token stands for
 * @param types the accepted {@code typ}: {@code at+jwt} (RFC 9068), for older issuers {@code JWT}; with {@code JWT} the issuer MUST NOT give
 *     this audience to ID tokens, which could then not be told from access tokens
 */
public record OutsideIssuer(
        String issuer,
        URI jwks,
        Set<SigningAlgorithm> algorithms,
        String audience,
        SubjectMapping subject,
        Set<String> types) {

    /** Of those that can be asked for without further thought. */
    public static final Set<SigningAlgorithm> USUAL_ALGORITHMS =
            Set.of(SigningAlgorithm.ES256, SigningAlgorithm.EDDSA, SigningAlgorithm.PS256);

    /** The type of access tokens (RFC 9068). */
    public static final Set<String> USUAL_TYPES = Set.of("at+jwt");

    private static final Set<String> KNOWN_TYPES = Set.of("at+jwt", "JWT");
    private static final int LONGEST = 512;

    public OutsideIssuer {
        requireText("issuer", issuer);
        requireText("audience", audience);
        if (!"https".equals(jwks.getScheme()) || jwks.getHost() == null || jwks.getUserInfo() != null) {
            throw refused("jwks", jwks.toString(), "an https URL without a user");
        }
        if (algorithms.isEmpty()) {
            throw refused("algorithms", "", "at least one");
        }
        if (types.isEmpty() || !KNOWN_TYPES.containsAll(types)) {
            throw refused("types", types.toString(), "at+jwt, JWT or both");
        }
        algorithms = Set.copyOf(algorithms);
        types = Set.copyOf(types);
    }

    /** With the algorithms and the type that need no further thought. */
    public static OutsideIssuer of(String issuer, URI jwks, String audience, SubjectMapping subject) {
        return new OutsideIssuer(issuer, jwks, USUAL_ALGORITHMS, audience, subject, USUAL_TYPES);
    }

    private static void requireText(String name, String value) {
        if (value.isBlank() || value.length() > LONGEST || value.chars().anyMatch(Character::isISOControl)) {
            throw refused(name, value, "1 to " + LONGEST + " printable characters");
        }
    }

    private static RefusedException refused(String name, String value, String expected) {
        return new RefusedException(
                Refusal.INVALID_CONFIGURATION, name + ": '" + Printable.of(value) + "' (expected " + expected + ")");
    }
}
