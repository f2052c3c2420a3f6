package org.dmsc.tenant.token;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jwt.JWTClaimsSet;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.RevocationKind;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.revocation.Evidence;

/** What a token must say (RFC 9068 and security.md 2.6), beside being signed by its issuer. Pure. */
final class TokenRules {

    private static final Duration SKEW = Duration.ofSeconds(30);

    private final FabricDomain domain;

    TokenRules(FabricDomain domain) {
        this.domain = domain;
    }

    /** One algorithm, the type of access tokens, and no key material of its own. */
    static void requireHeader(JWSHeader header) {
        require(JWSAlgorithm.ES256.equals(header.getAlgorithm()), "has another algorithm than ES256");
        require(
                header.getType() != null
                        && TokenClaims.TYPE.equalsIgnoreCase(header.getType().getType()),
                "has another type than " + TokenClaims.TYPE);
        require(
                header.getJWK() == null
                        && header.getJWKURL() == null
                        && header.getX509CertURL() == null
                        && header.getX509CertChain() == null,
                "brings a key of its own");
        require(
                header.getCriticalParams() == null || header.getCriticalParams().isEmpty(),
                "has critical parameters that are not understood");
    }

    VerifiedToken check(JWTClaimsSet claims, String keyId, TenantId tenant, Instant now) throws ParseException {
        List<String> audience = claims.getAudience();
        require(
                audience.size() == 1 && audience.get(0).equals(TokenClaims.issuer(domain, tenant)),
                "has another audience than exactly its tenant's host");
        Instant expiresAt = requireTimes(claims, now);
        String subject = claims.getSubject();
        require(subject != null, "has no subject");
        AgentRef agent = Optional.ofNullable(subject)
                .flatMap(text -> SpiffeId.parse(text).agentRef(domain))
                .filter(found -> found.tenant().equals(tenant))
                .orElseThrow(() -> refused("has a subject that is no agent of its issuer's tenant"));
        require(!isBlank(claims.getJWTID()), "has no jti");
        require(!isBlank(claims.getStringClaim(TokenClaims.CLIENT_ID)), "has no client_id");
        Evidence evidence = Evidence.ofToken(
                SpiffeId.agent(domain, agent),
                tenant,
                Map.of(
                        RevocationKind.JTI,
                        claims.getJWTID(),
                        RevocationKind.KID,
                        keyId,
                        RevocationKind.CLIENT_ID,
                        claims.getStringClaim(TokenClaims.CLIENT_ID)),
                instant(claims.getIssueTime(), "iat"),
                expiresAt);
        return new VerifiedToken(agent, claims.getJWTID(), expiresAt, confirmation(claims), evidence);
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
    private static Optional<String> confirmation(JWTClaimsSet claims) throws ParseException {
        if (claims.getClaim(TokenClaims.CONFIRMATION) == null) {
            return Optional.empty();
        }
        Map<String, Object> confirmation = claims.getJSONObjectClaim(TokenClaims.CONFIRMATION);
        require(
                confirmation.size() == 1 && confirmation.get(TokenClaims.THUMBPRINT) instanceof String,
                "is bound in a way that is not understood");
        return Optional.of(String.valueOf(confirmation.get(TokenClaims.THUMBPRINT)));
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
