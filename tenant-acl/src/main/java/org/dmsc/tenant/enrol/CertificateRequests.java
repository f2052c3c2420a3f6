package org.dmsc.tenant.enrol;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Set;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.pki.BouncyCastle;

/**
 * Reads certificate requests (PKCS#10, RFC 2986). Only the public key is taken from them: subject and extensions are ours to give. What
 * contradicts the identity that will be given is refused all the same, because whoever asked for it would not get what it expects. Pure.
 */
final class CertificateRequests {

    /** Larger than any request with an RSA key of 8192 bits. */
    static final int MOST_BYTES = 16 * 1024;

    private static final int LEAST_RSA_BITS = 3072;
    private static final int MOST_RSA_BITS = 8192;
    private static final int MOST_EXPONENT_BITS = 64;
    private static final Set<ASN1ObjectIdentifier> CURVES =
            Set.of(SECObjectIdentifiers.secp256r1, SECObjectIdentifiers.secp384r1);
    private static final String KEYS =
            "P-256, P-384, Ed25519, or RSA of " + LEAST_RSA_BITS + " to " + MOST_RSA_BITS + " bits";

    private CertificateRequests() {}

    /** A key whose owner proved to have it. */
    record Proven(PublicKey key, String sha256) {}

    /**
     * The key of a request, after all checks.
     *
     * @param der at most {@link #MOST_BYTES}
     * @param assigned the identity that the certificate will name
     * @throws RefusedException TOO_LARGE or INVALID_REQUEST
     */
    static Proven check(byte[] der, Invitation assigned) {
        if (der.length > MOST_BYTES) {
            throw new RefusedException(
                    Refusal.TOO_LARGE,
                    "certificate request: " + der.length + " bytes (expected at most " + MOST_BYTES + ")");
        }
        try {
            PKCS10CertificationRequest request = new PKCS10CertificationRequest(der);
            PublicKey key = key(request.getSubjectPublicKeyInfo());
            requirePossession(request, key);
            requireNoOther(request, assigned);
            return new Proven(
                    key, OneTimeTokens.sha256(request.getSubjectPublicKeyInfo().getEncoded("DER")));
        } catch (RefusedException e) {
            throw e;
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            // Hostile ASN.1 fails in many ways; none of them is a fault of ours.
            throw refused("cannot be read: " + Printable.of(String.valueOf(e.getMessage())), "PKCS#10 in DER");
        }
    }

    private static PublicKey key(SubjectPublicKeyInfo info) throws IOException, GeneralSecurityException {
        AlgorithmIdentifier algorithm = info.getAlgorithm();
        ASN1ObjectIdentifier type = algorithm.getAlgorithm();
        byte[] der = info.getEncoded("DER");
        if (type.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
            if (!(algorithm.getParameters() instanceof ASN1ObjectIdentifier curve) || !CURVES.contains(curve)) {
                throw refused("is for a key on another curve", KEYS);
            }
            return decode("EC", der);
        }
        if (type.equals(EdECObjectIdentifiers.id_Ed25519)) {
            return decode("Ed25519", der);
        }
        if (type.equals(PKCSObjectIdentifiers.rsaEncryption)) {
            PublicKey key = decode("RSA", der);
            requireGood((RSAPublicKey) key);
            return key;
        }
        throw refused("is for a key of type " + type, KEYS);
    }

    private static void requireGood(RSAPublicKey key) {
        int bits = key.getModulus().bitLength();
        BigInteger exponent = key.getPublicExponent();
        if (bits < LEAST_RSA_BITS || bits > MOST_RSA_BITS) {
            throw refused("is for an RSA key of " + bits + " bits", KEYS);
        }
        if (exponent.bitLength() > MOST_EXPONENT_BITS
                || exponent.compareTo(BigInteger.valueOf(65_537)) < 0
                || !exponent.testBit(0)) {
            throw refused("is for an RSA key with a weak exponent", "65537");
        }
    }

    private static PublicKey decode(String algorithm, byte[] der) throws GeneralSecurityException {
        return KeyFactory.getInstance(algorithm, BouncyCastle.provider()).generatePublic(new X509EncodedKeySpec(der));
    }

    private static void requirePossession(PKCS10CertificationRequest request, PublicKey key) {
        boolean proven;
        try {
            proven = request.isSignatureValid(new JcaContentVerifierProviderBuilder()
                    .setProvider(BouncyCastle.provider())
                    .build(key));
        } catch (OperatorCreationException | PKCSException e) {
            proven = false;
        }
        if (!proven) {
            throw refused("is not signed with the key it is for", "a proof of possession");
        }
    }

    private static void requireNoOther(PKCS10CertificationRequest request, Invitation assigned) {
        Extensions asked = request.getRequestedExtensions();
        if (asked == null) {
            return;
        }
        BasicConstraints constraints = BasicConstraints.fromExtensions(asked);
        KeyUsage usage = KeyUsage.fromExtensions(asked);
        if ((constraints != null && constraints.isCA())
                || (usage != null && (usage.hasUsages(KeyUsage.keyCertSign) || usage.hasUsages(KeyUsage.cRLSign)))) {
            throw refused("asks for a CA", "a leaf");
        }
        GeneralNames names = GeneralNames.fromExtensions(asked, Extension.subjectAlternativeName);
        if (names != null) {
            Stream.of(names.getNames()).forEach(name -> requireSame(name, assigned));
        }
    }

    private static void requireSame(GeneralName name, Invitation assigned) {
        String text = String.valueOf(name.getName());
        boolean same = switch (name.getTagNo()) {
            case GeneralName.uniformResourceIdentifier ->
                text.equals(assigned.identity().uri());
            case GeneralName.dNSName ->
                text.equals(assigned.identity().trustDomain())
                        || assigned.names().dns().contains(text);
            default -> false;
        };
        if (!same) {
            throw refused(
                    "asks for the name '" + Printable.of(text) + "'",
                    "no alternative name, or the one that was assigned, " + assigned.identity());
        }
    }

    private static RefusedException refused(String what, String expected) {
        return new RefusedException(
                Refusal.INVALID_REQUEST, "certificate request " + what + " (expected " + expected + ")");
    }
}
