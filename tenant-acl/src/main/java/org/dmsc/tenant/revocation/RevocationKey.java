package org.dmsc.tenant.revocation;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.RevocationKind;
import org.dmsc.tenant.identity.SpiffeId;

/** One thing that can be revoked: a certificate, a key, an identity, a tenant, a token, a client, a token key, a grant. */
public record RevocationKey(RevocationKind kind, String id) {

    private static final Set<RevocationKind> NO_THING = Set.of(RevocationKind.TICK, RevocationKind.UNKNOWN);
    private static final int LONGEST = 2048;
    private static final Pattern SERIAL = Pattern.compile("[0-9a-f]{64}/[0-9a-f]{1,40}");
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

    public RevocationKey {
        require(
                !NO_THING.contains(kind) && !id.isBlank() && id.length() <= LONGEST,
                kind,
                id,
                "1 to " + LONGEST + " characters");
        require(
                kind != RevocationKind.SERIAL || SERIAL.matcher(id).matches(),
                kind,
                id,
                "<SHA-256 of the issuing CA>/<serial>, both in lower-case hex");
        require(
                kind != RevocationKind.SPKI || HASH.matcher(id).matches(),
                kind,
                id,
                "the SHA-256 of a public key, 64 lower-case hex digits");
    }

    /** The certificate itself: its number means something only together with its issuer. */
    public static RevocationKey serial(X509Certificate issuer, BigInteger serial) {
        return serial(fingerprint(issuer), serial);
    }

    /**
     * The same by the issuer's fingerprint.
     *
     * @param issuerSha256 SHA-256 of the issuing CA's certificate, hex
     */
    public static RevocationKey serial(String issuerSha256, BigInteger serial) {
        return new RevocationKey(RevocationKind.SERIAL, issuerSha256 + "/" + serial.toString(16));
    }

    /** Whatever is certified for that public key, now and later. */
    public static RevocationKey publicKey(X509Certificate holder) {
        return new RevocationKey(RevocationKind.SPKI, hex(holder.getPublicKey().getEncoded()));
    }

    /** Everything of one identity. */
    public static RevocationKey identity(SpiffeId id) {
        return new RevocationKey(RevocationKind.SPIFFE_ID, id.uri());
    }

    /** Everything of all of a tenant's agents. */
    public static RevocationKey tenant(TenantId tenant) {
        return new RevocationKey(RevocationKind.TENANT, tenant.value());
    }

    /** Something that has its meaning within a tenant's issuer only: JTI, KID, CLIENT_ID. */
    public static RevocationKey ofIssuer(RevocationKind kind, TenantId tenant, String value) {
        return new RevocationKey(kind, tenant + "/" + value);
    }

    /** SHA-256 of a certificate in hex: how issuing CAs are named here and in the addresses of their CRLs. */
    public static String fingerprint(X509Certificate certificate) {
        try {
            return hex(certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("certificate cannot be encoded", e);
        }
    }

    /** {@code kind/id}: the key of its record. */
    public String text() {
        return kind.name().toLowerCase(Locale.ROOT).replace('_', '-') + "/" + id;
    }

    @Override
    public String toString() {
        return text();
    }

    private static String hex(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no SHA-256", e);
        }
    }

    private static void require(boolean holds, RevocationKind kind, String id, String expected) {
        if (!holds) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST,
                    "revocation: " + kind + " '" + Printable.of(id) + "' (expected " + expected + ")");
        }
    }
}
