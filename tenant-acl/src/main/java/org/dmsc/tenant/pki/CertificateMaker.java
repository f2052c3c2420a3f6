package org.dmsc.tenant.pki;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.dmsc.tenant.pki.RevokedSerials.Revoked;

/** Builds and signs the three kinds of certificates of a fabric. Its profile is that of security.md 2.1. */
final class CertificateMaker {

    static final String ROOT_CURVE = "secp384r1";
    static final String CURVE = "secp256r1";

    private static final int SERIAL_BITS = 127;

    private final Clock clock;
    private final SecureRandom random;
    private final Provider authorities;

    /** With keys of CAs made in this process. */
    CertificateMaker(Clock clock, SecureRandom random) {
        this(clock, random, BouncyCastle.provider());
    }

    /**
     * @param authorities makes the keys of CAs and signs with them: a token's, or BouncyCastle's
     */
    CertificateMaker(Clock clock, SecureRandom random, Provider authorities) {
        this.clock = clock;
        this.random = random;
        this.authorities = authorities;
    }

    /** Who signs. */
    record Signer(PrivateKey key, X509Certificate certificate) {}

    /** What a leaf says. */
    record LeafNames(X500Name subject, GeneralNames alternatives) {}

    Signer root(X500Name name, Duration life) {
        KeyPair pair = keyPair(ROOT_CURVE, authorities);
        X509v3CertificateBuilder builder = builder(name, name, pair.getPublic(), expiry(life));
        add(builder, Extension.basicConstraints, true, new BasicConstraints(1));
        add(builder, Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        addKeyIds(builder, pair.getPublic(), pair.getPublic());
        return new Signer(jdk(pair.getPrivate()), sign(builder, pair.getPrivate(), "SHA384withECDSA"));
    }

    Signer issuingCa(Signer root, X500Name name, NameConstraints constraints, Duration life) {
        KeyPair pair = keyPair(CURVE, authorities);
        X509v3CertificateBuilder builder = builder(
                subjectOf(root.certificate()), name, pair.getPublic(), earlier(expiry(life), root.certificate()));
        add(builder, Extension.basicConstraints, true, new BasicConstraints(0));
        add(builder, Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        add(builder, Extension.nameConstraints, true, constraints);
        addKeyIds(builder, pair.getPublic(), root.certificate().getPublicKey());
        return new Signer(jdk(pair.getPrivate()), sign(builder, root.key(), "SHA384withECDSA"));
    }

    Signer leaf(Signer ca, LeafNames names, Duration life) {
        KeyPair pair = keyPair(CURVE, BouncyCastle.provider());
        return new Signer(jdk(pair.getPrivate()), certify(ca, names, pair.getPublic(), life));
    }

    /** The leaf of a key that somebody else has. */
    X509Certificate certify(Signer ca, LeafNames names, PublicKey key, Duration life) {
        X509v3CertificateBuilder builder =
                builder(subjectOf(ca.certificate()), names.subject(), key, earlier(expiry(life), ca.certificate()));
        add(builder, Extension.basicConstraints, true, new BasicConstraints(false));
        add(builder, Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        add(builder, Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
            KeyPurposeId.id_kp_clientAuth, KeyPurposeId.id_kp_serverAuth
        }));
        add(builder, Extension.subjectAlternativeName, false, names.alternatives());
        addKeyIds(builder, key, ca.certificate().getPublicKey());
        return sign(builder, ca.key(), "SHA256withECDSA");
    }

    /** A revocation list in DER, numbered by the time it was made. */
    byte[] revocationList(Signer ca, Collection<Revoked> entries, Duration life) {
        Instant now = clock.instant();
        X509v2CRLBuilder list = new X509v2CRLBuilder(subjectOf(ca.certificate()), Date.from(now));
        list.setNextUpdate(Date.from(now.plus(life)));
        entries.forEach(entry -> list.addCRLEntry(entry.serial(), Date.from(entry.at()), CRLReason.privilegeWithdrawn));
        try {
            list.addExtension(Extension.cRLNumber, false, new CRLNumber(BigInteger.valueOf(now.toEpochMilli())));
            list.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils()
                            .createAuthorityKeyIdentifier(ca.certificate().getPublicKey()));
            return list.build(signer(ca.key(), "SHA256withECDSA")).getEncoded();
        } catch (OperatorCreationException | IOException | GeneralSecurityException e) {
            throw new IllegalStateException("revocation list cannot be signed", e);
        }
    }

    private X509v3CertificateBuilder builder(X500Name issuer, X500Name subject, PublicKey key, Instant notAfter) {
        return new JcaX509v3CertificateBuilder(
                issuer,
                new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS - 1),
                Date.from(clock.instant().minus(IssuedIdentity.BACKDATING)),
                Date.from(notAfter),
                subject,
                key);
    }

    private Instant expiry(Duration life) {
        return clock.instant().plus(life);
    }

    /** A certificate never outlives its issuer. */
    private static Instant earlier(Instant notAfter, X509Certificate issuer) {
        Instant issuerEnd = issuer.getNotAfter().toInstant();
        return notAfter.isBefore(issuerEnd) ? notAfter : issuerEnd;
    }

    private static void addKeyIds(X509v3CertificateBuilder builder, PublicKey subject, PublicKey issuer) {
        try {
            JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
            add(builder, Extension.subjectKeyIdentifier, false, extensions.createSubjectKeyIdentifier(subject));
            add(builder, Extension.authorityKeyIdentifier, false, extensions.createAuthorityKeyIdentifier(issuer));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no SHA-1 for key identifiers", e);
        }
    }

    private static void add(
            X509v3CertificateBuilder builder, ASN1ObjectIdentifier id, boolean critical, ASN1Encodable value) {
        try {
            builder.addExtension(id, critical, value);
        } catch (IOException e) {
            throw new IllegalStateException("extension " + id + " cannot be encoded", e);
        }
    }

    private KeyPair keyPair(String curve, Provider provider) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", provider);
            generator.initialize(new ECGenParameterSpec(curve), random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no EC key on " + curve, e);
        }
    }

    private X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key, String algorithm) {
        try {
            X509CertificateHolder holder = builder.build(signer(key, algorithm));
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(holder.getEncoded()));
        } catch (OperatorCreationException | IOException | GeneralSecurityException e) {
            throw new IllegalStateException("certificate cannot be signed", e);
        }
    }

    private ContentSigner signer(PrivateKey key, String algorithm) throws OperatorCreationException {
        return new JcaContentSignerBuilder(algorithm)
                .setProvider(authorities)
                .setSecureRandom(random)
                .build(key);
    }

    /** The same key as an object of the JDK, which its TLS and key stores like better. */
    private static PrivateKey jdk(PrivateKey key) {
        if (key.getEncoded() == null) {
            // Of a token, which keeps it.
            return key;
        }
        try {
            return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(key.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("EC key cannot be converted", e);
        }
    }

    /** Byte for byte, or chains would not build. */
    private static X500Name subjectOf(X509Certificate certificate) {
        return X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    }
}
