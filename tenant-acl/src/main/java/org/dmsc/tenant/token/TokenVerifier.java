package org.dmsc.tenant.token;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWK;
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
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.directory.Tenants;
import org.dmsc.tenant.identity.FabricDomain;

/**
 * Verifies access tokens of tenants' issuers, the fabric's own and outside ones. Nothing that a token says about keys is followed. Whether the
 * tenant is active is not asked here. Thread-safe, never blocks.
 */
public final class TokenVerifier {

    /** Checked before anything is parsed: rejecting a token of 2 MB by parsing takes a quarter of a second. */
    private static final int MOST_CHARACTERS = 8 * 1024;

    private static final Duration MOST_KEPT = Duration.ofSeconds(60);
    private static final long MOST_TOKENS = 100_000;
    private static final Pattern COMPACT = Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");

    private final TokenSources sources;
    private final Authorities authorities;
    private final Cache<Shown, Accepted> accepted = Caffeine.newBuilder()
            .maximumSize(MOST_TOKENS)
            .expireAfterWrite(MOST_KEPT)
            .build();

    public TokenVerifier(TokenSources sources) {
        this.sources = sources;
        this.authorities = new Authorities(sources);
    }

    /** Believes the fabric's own issuers only. */
    public TokenVerifier(Tenants tenants, FabricDomain domain, Clock clock) {
        this(new TokenSources(
                tenants,
                domain,
                OutsideIssuers.none(),
                new OutsideKeys(
                        order -> CompletableFuture.failedStage(
                                new IllegalStateException("there are no outside issuers")),
                        clock),
                clock));
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
        return check(token, Optional.empty());
    }

    /**
     * As above.
     *
     * @param dialled the tenant whose host the peer dialled: decides where several tenants believe one outside issuer
     */
    public VerifiedToken check(String token, Optional<TenantId> dialled) {
        if (token.length() > MOST_CHARACTERS) {
            throw TokenRules.refused(
                    "has " + token.length() + " characters (expected at most " + MOST_CHARACTERS + ")");
        }
        Shown shown = new Shown(hash(token), dialled);
        Accepted known = accepted.getIfPresent(shown);
        Instant now = sources.clock().instant();
        if (known != null && known.isStillGood(now)) {
            return known.token();
        }
        Accepted fresh = verify(token, dialled, now);
        accepted.put(shown, fresh);
        return fresh.token();
    }

    /** Any error is a refusal. */
    private Accepted verify(String token, Optional<TenantId> dialled, Instant now) {
        if (!COMPACT.matcher(token).matches()) {
            throw TokenRules.refused("is not of three base64url parts with dots between them");
        }
        try {
            SignedJWT jwt = SignedJWT.parse(token);
            JWTClaimsSet claims = jwt.getJWTClaimsSet();
            TokenAuthority authority = authorities.of(
                    Optional.ofNullable(claims.getIssuer()).orElse(""), TokenRules.audience(claims), dialled);
            SigningAlgorithm algorithm = TokenRules.requireHeader(jwt.getHeader(), authority);
            JWK key = authority
                    .key(jwt.getHeader().getKeyID())
                    .orElseThrow(() -> TokenRules.refused("is signed by a key that is not its issuer's"));
            if (!SignatureCheck.holds(jwt, algorithm, key)) {
                throw TokenRules.refused("is not signed by its issuer");
            }
            VerifiedToken verified = TokenRules.check(claims, jwt.getHeader().getKeyID(), authority, now);
            return new Accepted(verified, authority, now.plus(MOST_KEPT));
        } catch (RefusedException e) {
            throw e;
        } catch (ParseException | JOSEException | RuntimeException e) {
            throw TokenRules.refused("cannot be read");
        }
    }

    private static ByteBuffer hash(String token) {
        try {
            return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no SHA-256", e);
        }
    }

    private record Shown(ByteBuffer hash, Optional<TenantId> dialled) {}

    /** Good for as long as nothing changed that made it so: issuer, keys, tenant. Whether it was revoked is asked each time, elsewhere. */
    private record Accepted(VerifiedToken token, TokenAuthority authority, Instant until) {

        boolean isStillGood(Instant now) {
            return now.isBefore(until) && now.isBefore(token.expiresAt()) && authority.isCurrent();
        }
    }
}
