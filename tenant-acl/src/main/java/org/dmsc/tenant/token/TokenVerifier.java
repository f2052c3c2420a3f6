package org.dmsc.tenant.token;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.tenant.directory.Tenants;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.pki.BouncyCastle;

/**
 * Verifies access tokens of tenants' issuers. The keys are those of the tenant's record; nothing that a token says about keys is followed.
 * Whether the tenant is active is not asked here. Thread-safe, never blocks.
 */
public final class TokenVerifier {

    /** Checked before anything is parsed: rejecting a token of 2 MB by parsing takes a quarter of a second. */
    private static final int MOST_CHARACTERS = 8 * 1024;

    private static final Duration MOST_KEPT = Duration.ofSeconds(60);
    private static final long MOST_TOKENS = 100_000;
    private static final Pattern COMPACT = Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");

    private final Tenants tenants;
    private final FabricDomain domain;
    private final Clock clock;
    private final TokenRules rules;
    private final Map<TenantId, IssuerKeys> issuers = new ConcurrentHashMap<>();
    private final Cache<ByteBuffer, Accepted> accepted = Caffeine.newBuilder()
            .maximumSize(MOST_TOKENS)
            .expireAfterWrite(MOST_KEPT)
            .build();

    public TokenVerifier(Tenants tenants, FabricDomain domain, Clock clock) {
        this.tenants = tenants;
        this.domain = domain;
        this.clock = clock;
        this.rules = new TokenRules(domain);
    }

    /**
     * The agent that a token names.
     *
     * @throws RefusedException UNAUTHENTICATED
     */
    public AgentRef verify(String token) {
        return check(token).agent();
    }

    /** As {@link #verify}, with what else the token says. Whether a certificate it is bound to was shown is the caller's to check. */
    public VerifiedToken check(String token) {
        if (token.length() > MOST_CHARACTERS) {
            throw TokenRules.refused(
                    "has " + token.length() + " characters (expected at most " + MOST_CHARACTERS + ")");
        }
        ByteBuffer hash = hash(token);
        Accepted known = accepted.getIfPresent(hash);
        Instant now = clock.instant();
        if (known != null && known.isStillGood(now, tenants)) {
            return known.token();
        }
        Accepted fresh = verify(token, now);
        accepted.put(hash, fresh);
        return fresh.token();
    }

    /** Any error is a refusal. */
    private Accepted verify(String token, Instant now) {
        if (!COMPACT.matcher(token).matches()) {
            throw TokenRules.refused("is not of three base64url parts with dots between them");
        }
        try {
            SignedJWT jwt = SignedJWT.parse(token);
            TokenRules.requireHeader(jwt.getHeader());
            JWTClaimsSet claims = jwt.getJWTClaimsSet();
            TenantRecord record = issuer(claims.getIssuer());
            TenantId tenant = new TenantId(record.getTenant());
            ECKey key = keys(tenant, record)
                    .find(jwt.getHeader().getKeyID())
                    .orElseThrow(() -> TokenRules.refused("is signed by a key that is not its issuer's"));
            ECDSAVerifier verifier = new ECDSAVerifier(key);
            verifier.getJCAContext().setProvider(BouncyCastle.provider());
            if (!jwt.verify(verifier)) {
                throw TokenRules.refused("is not signed by its issuer");
            }
            return new Accepted(
                    rules.check(claims, key.getKeyID(), tenant, now), record.getGeneration(), now.plus(MOST_KEPT));
        } catch (RefusedException e) {
            throw e;
        } catch (ParseException | JOSEException | RuntimeException e) {
            throw TokenRules.refused("cannot be read");
        }
    }

    private TenantRecord issuer(String issuer) {
        String scheme = "https://";
        return Optional.ofNullable(issuer)
                .filter(text -> text.startsWith(scheme))
                .flatMap(text -> domain.tenantOfHost(text.substring(scheme.length())))
                .flatMap(tenants::find)
                .filter(record -> record.getTokenIssuer().equals(issuer))
                .orElseThrow(() -> TokenRules.refused("is of an issuer that is not known here"));
    }

    private IssuerKeys keys(TenantId tenant, TenantRecord record) throws ParseException {
        IssuerKeys known = issuers.get(tenant);
        if (known != null && known.generation() == record.getGeneration()) {
            return known;
        }
        IssuerKeys read = new IssuerKeys(record.getGeneration(), JWKSet.parse(record.getTokenKeys()));
        issuers.put(tenant, read);
        return read;
    }

    private static ByteBuffer hash(String token) {
        try {
            return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no SHA-256", e);
        }
    }

    private record IssuerKeys(long generation, JWKSet keys) {

        Optional<ECKey> find(String keyId) {
            if (keyId == null) {
                return Optional.empty();
            }
            JWK key = keys.getKeyByKeyId(keyId);
            return key instanceof ECKey ec && ec.getCurve().equals(Curve.P_256) ? Optional.of(ec) : Optional.empty();
        }
    }

    /** Good for this generation of the tenant's record only: a change of its keys or its state asks again. */
    private record Accepted(VerifiedToken token, long generation, Instant until) {

        boolean isStillGood(Instant now, Tenants tenants) {
            return now.isBefore(until)
                    && now.isBefore(token.expiresAt())
                    && tenants.find(token.agent().tenant())
                            .filter(record -> record.getGeneration() == generation)
                            .isPresent();
        }
    }
}
