package org.dmsc.tenant.oauth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.util.Base64;
import com.nimbusds.jose.util.X509CertUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.identity.Caller;
import org.dmsc.tenant.identity.Credentials;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.pki.BouncyCastle;
import org.dmsc.tenant.policy.CallerAuthenticator;

/**
 * Checks the JWTs that clients sign (RFC 7523 3). The key is that of the client's certificate, which stands in {@code x5c} and is validated as
 * on a TLS connection: nobody registers keys, and revoking the certificate is enough. Each assertion counts once in this process; it lives five
 * minutes at most. Thread-safe, never blocks.
 */
final class ClientAssertions {

    private static final int MOST_CHARACTERS = 16 * 1024;
    private static final int MOST_SEEN = 200_000;
    private static final int LONGEST_ID = 256;
    private static final Duration SKEW = Duration.ofSeconds(30);
    private static final Duration MOST_LIFE = Duration.ofMinutes(5);
    private static final String PATH = "/oauth2/token";

    private final CallerAuthenticator authenticator;
    private final FabricDomain domain;
    private final Clock clock;
    private final Cache<Used, Boolean> used = Caffeine.newBuilder()
            .maximumSize(MOST_SEEN)
            .expireAfterWrite(MOST_LIFE.plus(SKEW).plus(SKEW))
            .build();

    ClientAssertions(CallerAuthenticator authenticator, FabricDomain domain, Clock clock) {
        this.authenticator = authenticator;
        this.domain = domain;
        this.clock = clock;
    }

    private record Used(String client, String id) {}

    /** Who signed it. Refused as UNAUTHENTICATED, whatever is wrong. */
    Caller check(String assertion, Credentials connection) {
        try {
            require(assertion.length() <= MOST_CHARACTERS, "is too long");
            SignedJWT jwt = SignedJWT.parse(assertion);
            X509Certificate leaf = leaf(jwt.getHeader());
            Caller client = authenticator.authenticate(
                    new Credentials(List.of(leaf), Optional.empty(), connection.host(), connection.remoteAddress()));
            require(client.kind() == Caller.Kind.AGENT, "is of no agent");
            requireSigned(jwt, leaf);
            requireClaims(jwt.getJWTClaimsSet(), client);
            return client;
        } catch (RefusedException e) {
            throw e;
        } catch (ParseException | JOSEException | RuntimeException e) {
            throw refused("cannot be read");
        }
    }

    /** The certificate in the header is the only hint at a key that is looked at, because the fabric's root vouches for it. */
    private static X509Certificate leaf(JWSHeader header) {
        require(JWSAlgorithm.ES256.equals(header.getAlgorithm()), "has another algorithm than ES256");
        require(
                header.getJWK() == null && header.getJWKURL() == null && header.getX509CertURL() == null,
                "brings a key of its own");
        require(
                header.getCriticalParams() == null || header.getCriticalParams().isEmpty(),
                "has critical parameters that are not understood");
        List<Base64> chain = header.getX509CertChain();
        X509Certificate leaf = chain == null || chain.isEmpty()
                ? null
                : X509CertUtils.parse(chain.get(0).decode());
        if (leaf == null) {
            throw refused("has no certificate in x5c");
        }
        return leaf;
    }

    private static void requireSigned(SignedJWT jwt, X509Certificate leaf) throws JOSEException {
        require(leaf.getPublicKey() instanceof ECPublicKey, "is of a certificate that has no EC key");
        ECDSAVerifier verifier = new ECDSAVerifier((ECPublicKey) leaf.getPublicKey());
        verifier.getJCAContext().setProvider(BouncyCastle.provider());
        require(jwt.verify(verifier), "is not signed by its client");
    }

    private void requireClaims(JWTClaimsSet claims, Caller client) {
        String subject = text(claims.getSubject());
        require(subject.equals(text(claims.getIssuer())), "has another iss than sub");
        require(ClientNames.names(client, subject), "names another client than its certificate");
        require(
                claims.getAudience().size() == 1 && isUs(claims.getAudience().get(0), client),
                "has another audience than this endpoint");
        Instant now = clock.instant();
        Instant expires = instant(claims.getExpirationTime());
        require(now.isBefore(expires.plus(SKEW)), "expired");
        require(!expires.isAfter(now.plus(MOST_LIFE).plus(SKEW)), "lives too long");
        Date issued = claims.getIssueTime();
        require(issued == null || !issued.toInstant().isAfter(now.plus(SKEW)), "was issued in the future");
        Date notBefore = claims.getNotBeforeTime();
        require(notBefore == null || !notBefore.toInstant().isAfter(now.plus(SKEW)), "is not valid yet");
        String id = text(claims.getJWTID());
        require(!id.isBlank() && id.length() <= LONGEST_ID, "has no jti");
        require(used.asMap().putIfAbsent(new Used(client.id().uri(), id), true) == null, "was used before");
    }

    /** The tenant's issuer, or its token endpoint at any port. Never what the request says of itself. */
    private boolean isUs(String audience, Caller client) {
        URI uri = URI.create(audience);
        return "https".equals(uri.getScheme())
                && domain.host(client.tenant()).equals(uri.getHost())
                && uri.getRawUserInfo() == null
                && uri.getRawQuery() == null
                && uri.getRawFragment() == null
                && (uri.getRawPath().isEmpty() || uri.getRawPath().equals(PATH));
    }

    private static Instant instant(Date date) {
        require(date != null, "has no exp");
        return date == null ? Instant.EPOCH : date.toInstant();
    }

    private static String text(String value) {
        return value == null ? "" : value;
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw refused(otherwise);
        }
    }

    private static RefusedException refused(String why) {
        return new RefusedException(Refusal.UNAUTHENTICATED, "client assertion " + why);
    }
}
