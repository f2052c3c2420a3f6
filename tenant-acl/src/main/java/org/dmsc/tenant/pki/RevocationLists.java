package org.dmsc.tenant.pki;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.directory.Tenants;
import org.dmsc.tenant.pki.RevokedSerials.Revoked;

/**
 * Revocation lists (RFC 5280 5) of the issuing CAs, for third parties only: the fabric itself hears of revocations sooner. A list is made
 * when somebody asks, and again when it has changed or half of its hour is over. Thread-safe.
 */
public final class RevocationLists {

    /** From thisUpdate to nextUpdate. */
    static final Duration LIFE = Duration.ofHours(1);

    private final FabricPki pki;
    private final Tenants tenants;
    private final RevokedSerials revoked;
    private final Clock clock;
    private final Map<String, Made> made = new ConcurrentHashMap<>();

    public RevocationLists(FabricPki pki, Tenants tenants, RevokedSerials revoked, Clock clock) {
        this.pki = pki;
        this.tenants = tenants;
        this.revoked = revoked;
        this.clock = clock;
    }

    /** @param der in base64, because records hold no arrays */
    private record Made(Set<Revoked> entries, Instant at, String der) {}

    /** Hex of SHA-256 of the certificate, under which its list is found. */
    public static String name(X509Certificate ca) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(ca.getEncoded()));
        } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
            throw new IllegalStateException("certificate cannot be hashed", e);
        }
    }

    /**
     * The list of the CA with that name, in DER; empty when no CA that is accepted now has it. Blocks on signing.
     *
     * @throws org.dmsc.schemas.RefusedException when the CA's key cannot be read
     */
    public Optional<byte[]> of(String name) {
        for (X509Certificate ca : pki.platformCas()) {
            if (name(ca).equals(name)) {
                return list(name, ca, Optional.empty());
            }
        }
        return tenants.all().stream()
                .flatMap(record -> record.getCaCertificates().stream()
                        .map(Pem::certificate)
                        .filter(ca -> name(ca).equals(name))
                        .flatMap(ca -> list(name, ca, Optional.of(new TenantId(record.getTenant()))).stream()))
                .findFirst();
    }

    private Optional<byte[]> list(String name, X509Certificate ca, Optional<TenantId> tenant) {
        Set<Revoked> entries = Set.copyOf(revoked.of(ca));
        Instant now = clock.instant();
        Made known = made.get(name);
        if (known != null
                && known.entries().equals(entries)
                && now.isBefore(known.at().plus(LIFE.dividedBy(2)))) {
            return Optional.of(Base64.getDecoder().decode(known.der()));
        }
        Optional<byte[]> der = pki.revocationList(tenant, ca, entries, LIFE);
        der.ifPresent(bytes ->
                made.put(name, new Made(entries, now, Base64.getEncoder().encodeToString(bytes))));
        return der;
    }
}
