package org.dmsc.tenant.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.BouncyCastle;

/** Issues access tokens of RFC 9068, one issuer per tenant. Thread-safe. */
public final class TokenIssuer {

    /** A longer life that is asked for is shortened to it. */
    public static final Duration MOST_LIFE = TokenClaims.MOST_LIFE;

    private final TokenKeys keys;
    private final FabricDomain domain;
    private final Clock clock;

    public TokenIssuer(TokenKeys keys, FabricDomain domain, Clock clock) {
        this.keys = keys;
        this.domain = domain;
        this.clock = clock;
    }

    /** The {@code iss} of a tenant's tokens: what its record holds as its token issuer. */
    public static String issuerOf(FabricDomain domain, TenantId tenant) {
        return TokenClaims.issuer(domain, tenant);
    }

    /** A token that whoever has it can use. */
    public String issue(AgentRef agent, Duration life) {
        return grant(agent, life, TokenBinding.NONE, Set.of()).token();
    }

    /** A token that counts only on connections with that client certificate (RFC 8705). */
    public String issueBound(AgentRef agent, Duration life, X509Certificate certificate) {
        return grant(agent, life, TokenBinding.to(certificate), Set.of()).token();
    }

    /**
     * A token, and what is known of it.
     *
     * @param bound without what it does not count
     * @param scope what it says it is for; empty: nothing is said
     */
    public IssuedToken grant(AgentRef agent, Duration life, TokenBinding bound, Set<String> scope) {
        JWTClaimsSet.Builder claims = claims(agent, life);
        if (!bound.confirmation().isEmpty()) {
            claims.claim(TokenClaims.CONFIRMATION, bound.confirmation());
        }
        if (!scope.isEmpty()) {
            claims.claim("scope", String.join(" ", new TreeSet<>(scope)));
        }
        JWTClaimsSet said = claims.build();
        return new IssuedToken(
                sign(agent, said), said.getJWTID(), said.getExpirationTime().toInstant());
    }

    private JWTClaimsSet.Builder claims(AgentRef agent, Duration life) {
        if (life.toSeconds() < 1) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST, "life of a token: " + life + " (expected at least one second)");
        }
        Instant now = clock.instant();
        String issuer = TokenClaims.issuer(domain, agent.tenant());
        Duration bounded = life.compareTo(MOST_LIFE) > 0 ? MOST_LIFE : life;
        return new JWTClaimsSet.Builder()
                .issuer(issuer)
                .audience(issuer)
                .subject(SpiffeId.agent(domain, agent).uri())
                .claim(TokenClaims.CLIENT_ID, agent.agent().value())
                .jwtID(UUID.randomUUID().toString())
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plus(bounded)));
    }

    private String sign(AgentRef agent, JWTClaimsSet claims) {
        ECKey key = keys.signing(agent.tenant(), clock.instant());
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(new JOSEObjectType(TokenClaims.TYPE))
                .keyID(key.getKeyID())
                .build();
        SignedJWT token = new SignedJWT(header, claims);
        try {
            ECDSASigner signer = new ECDSASigner(key);
            signer.getJCAContext().setProvider(BouncyCastle.provider());
            token.sign(signer);
        } catch (JOSEException e) {
            throw new IllegalStateException("token cannot be signed", e);
        }
        return token.serialize();
    }
}
