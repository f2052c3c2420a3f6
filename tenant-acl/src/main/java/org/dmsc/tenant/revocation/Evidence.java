package org.dmsc.tenant.revocation;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.RevocationKind;
import org.dmsc.tenant.identity.SpiffeId;

/**
 * One credential that was proven, as far as revocation goes.
 *
 * @param keys everything by which it can be revoked
 * @param issuedAt when; a revocation with a later time concerns it
 * @param endsAt when it ends by itself
 * @param source what it was
 */
public record Evidence(Set<RevocationKey> keys, Instant issuedAt, Instant endsAt, Source source) {

    /** The fabric's CAs date certificates back by so much, for peers whose clocks are behind. */
    public static final Duration BACKDATING = Duration.ofSeconds(60);

    /** What was shown. */
    public enum Source {
        CERTIFICATE,
        TOKEN,
        /** The word of somebody who is trusted with it. */
        VOUCHED
    }

    public Evidence {
        keys = Set.copyOf(keys);
    }

    /**
     * A certificate. Its time of issue is known to the second, rounded down: what was issued in the second of a revocation counts as
     * before it.
     *
     * @param id without the instance: all instances of an agent are one identity
     */
    public static Evidence ofCertificate(
            SpiffeId id, Optional<TenantId> tenant, X509Certificate leaf, X509Certificate issuer) {
        Set<RevocationKey> keys = new HashSet<>(Set.of(
                RevocationKey.serial(issuer, leaf.getSerialNumber()),
                RevocationKey.publicKey(leaf),
                RevocationKey.identity(id)));
        tenant.map(RevocationKey::tenant).ifPresent(keys::add);
        return new Evidence(
                keys,
                leaf.getNotBefore().toInstant().plus(BACKDATING),
                leaf.getNotAfter().toInstant(),
                Source.CERTIFICATE);
    }

    /** Nothing but somebody's word: any revocation that ever was concerns it. */
    public static Evidence ofVouched(SpiffeId id, TenantId tenant) {
        return new Evidence(
                Set.of(RevocationKey.identity(id), RevocationKey.tenant(tenant)),
                Instant.EPOCH,
                Instant.MAX,
                Source.VOUCHED);
    }

    /**
     * A token.
     *
     * @param claims its JTI, KID and CLIENT_ID, as far as it has them
     */
    public static Evidence ofToken(
            SpiffeId id, TenantId tenant, Map<RevocationKind, String> claims, Instant issuedAt, Instant endsAt) {
        Set<RevocationKey> keys = new HashSet<>(Set.of(RevocationKey.identity(id), RevocationKey.tenant(tenant)));
        claims.forEach((kind, value) -> keys.add(RevocationKey.ofIssuer(kind, tenant, value)));
        return new Evidence(keys, issuedAt, endsAt, Source.TOKEN);
    }
}
