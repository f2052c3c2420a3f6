package org.dmsc.tenant.token;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jwt.JWTClaimsSet;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.RevocationKind;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.revocation.Evidence;

/** What a token must say (RFC 9068 and security.md 2.6), beside being signed by its issuer. Pure. */
final class TokenRules {

    private static final Duration SKEW = Duration.ofSeconds(30);
    private static final Pattern SHA_256 = Pattern.compile("[A-Za-z0-9_-]{43}");
    private static final Set<String> CONFIRMATIONS = Set.of(TokenClaims.THUMBPRINT, TokenClaims.KEY_THUMBPRINT);

    private TokenRules() {}

    /** One of the issuer's algorithms, the type of access tokens, and no key material of its own. */
    static SigningAlgorithm requireHeader(JWSHeader header, TokenAuthority authority) {
        Optional<SigningAlgorithm> algorithm =
                SigningAlgorithm.find(header.getAlgorithm().getName()).filter(authority.algorithms()::contains);
        require(algorithm.isPresent(), "has another algorithm than its issuer's " + authority.algorithms());
        require(
                header.getType() != null
                        && authority.types().stream()
                                .anyMatch(type -> isType(header.getType().getType(), type)),
                "has another type than " + authority.types());
        require(
                header.getJWK() == null
                        && header.getJWKURL() == null
                        && header.getX509CertURL() == null
                        && header.getX509CertChain() == null,
                "brings a key of its own");
        require(
                header.getCriticalParams() == null || header.getCriticalParams().isEmpty(),
                "has critical parameters that are not understood");
        require(header.getKeyID() != null, "has no kid");
        return algorithm.orElseThrow();
    }

    /** With or without {@code application/} (RFC 7515 4.1.9). */
    private static boolean isType(String given, String expected) {
        return given.equalsIgnoreCase(expected) || given.equalsIgnoreCase("application/" + expected);
    }

    /** The only audience; more than one could be shown elsewhere, too. */
    static String audience(JWTClaimsSet claims) {
        List<String> audience = claims.getAudience();
        require(audience.size() == 1, "has not exactly one audience");
        return audience.get(0);
    }

    static VerifiedToken check(JWTClaimsSet claims, String keyId, TokenAuthority authority, Instant now)
            throws ParseException {
        require(
                audience(claims).equals(authority.audience()),
                "has another audience than its issuer gives for this fabric");
        Instant expiresAt = requireTimes(claims, now);
        require(!isBlank(claims.getSubject()), "has no subject");
        AgentRef agent = authority
                .agent(claims)
                .orElseThrow(() -> refused("has a subject that is no agent of its issuer's tenant"));
        require(!isBlank(claims.getJWTID()), "has no jti");
        require(!isBlank(claims.getStringClaim(TokenClaims.CLIENT_ID)), "has no client_id");
        Evidence evidence = Evidence.ofToken(
                SpiffeId.agent(authority.domain(), agent),
                authority.tenant(),
                Map.of(
                        RevocationKind.JTI,
                        claims.getJWTID(),
                        RevocationKind.KID,
                        keyId,
                        RevocationKind.CLIENT_ID,
                        claims.getStringClaim(TokenClaims.CLIENT_ID)),
                instant(claims.getIssueTime(), "iat"),
                expiresAt);
        Map<String, Object> confirmation = confirmation(claims);
        return new VerifiedToken(
                agent,
                claims.getJWTID(),
                expiresAt,
                member(confirmation, TokenClaims.THUMBPRINT),
                member(confirmation, TokenClaims.KEY_THUMBPRINT),
                evidence);
    }

    private static Instant requireTimes(JWTClaimsSet claims, Instant now) {
        Instant expires = instant(claims.getExpirationTime(), "exp");
        Instant issued = instant(claims.getIssueTime(), "iat");
        require(now.isBefore(expires.plus(SKEW)), "expired at " + expires);
        require(!issued.isAfter(now.plus(SKEW)), "was issued in the future");
        require(
                issued.isBefore(expires) && !expires.isAfter(issued.plus(TokenClaims.MOST_LIFE)),
                "lives longer than " + TokenClaims.MOST_LIFE);
        Date notBefore = claims.getNotBeforeTime();
        require(notBefore == null || !notBefore.toInstant().isAfter(now.plus(SKEW)), "is not valid yet");
        return expires;
    }

    /** A confirmation that is not understood must not be taken for none. */
    private static Map<String, Object> confirmation(JWTClaimsSet claims) throws ParseException {
        if (claims.getClaim(TokenClaims.CONFIRMATION) == null) {
            return Map.of();
        }
        Map<String, Object> confirmation = claims.getJSONObjectClaim(TokenClaims.CONFIRMATION);
        require(
                !confirmation.isEmpty() && CONFIRMATIONS.containsAll(confirmation.keySet()),
                "is bound in a way that is not understood");
        require(confirmation.values().stream().allMatch(TokenRules::isThumbprint), "is bound to what is no thumbprint");
        return confirmation;
    }

    private static boolean isThumbprint(Object member) {
        return member instanceof String text && SHA_256.matcher(text).matches();
    }

    private static Optional<String> member(Map<String, Object> confirmation, String name) {
        return Optional.ofNullable(confirmation.get(name)).map(String::valueOf);
    }

    private static Instant instant(Date date, String claim) {
        require(date != null, "has no " + claim);
        return date == null ? Instant.EPOCH : date.toInstant();
    }

    private static boolean isBlank(String text) {
        return text == null || text.isBlank();
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw refused(otherwise);
        }
    }

    static RefusedException refused(String why) {
        return new RefusedException(
                Refusal.UNAUTHENTICATED,
                "token " + why + " (expected an access token that the tenant's issuer gave to the caller)");
    }
}
