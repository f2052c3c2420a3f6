package org.dmsc.tenant.pki;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.dmsc.tenant.pki.CertificateMaker.Signer;

/** Signs whatever it is told to, as a CA that was taken over would. Begins with a good leaf; each test spoils one thing. */
final class Forge {

    private final Signer ca;
    private Instant notBefore;
    private Instant notAfter;
    private X500Name subject = new X500Name("O=acme");
    private GeneralName[] names = {uri("spiffe://acme.fabric.localhost/agent/a")};
    private BasicConstraints basic = new BasicConstraints(false);
    private int usage = KeyUsage.digitalSignature;
    private KeyPurposeId[] purposes = {KeyPurposeId.id_kp_clientAuth, KeyPurposeId.id_kp_serverAuth};

    Forge(Signer ca, Instant now) {
        this.ca = ca;
        this.notBefore = now.minusSeconds(60);
        this.notAfter = now.plusSeconds(3600);
    }

    static GeneralName uri(String value) {
        return new GeneralName(GeneralName.uniformResourceIdentifier, value);
    }

    static GeneralName dns(String value) {
        return new GeneralName(GeneralName.dNSName, value);
    }

    static GeneralName mail(String value) {
        return new GeneralName(GeneralName.rfc822Name, value);
    }

    static GeneralName ip(String value) {
        return new GeneralName(GeneralName.iPAddress, value);
    }

    Forge names(GeneralName... now) {
        names = now;
        return this;
    }

    Forge subject(String now) {
        subject = new X500Name(now);
        return this;
    }

    Forge valid(Instant from, Instant to) {
        notBefore = from;
        notAfter = to;
        return this;
    }

    Forge basic(BasicConstraints now) {
        basic = now;
        return this;
    }

    Forge usage(int now) {
        usage = now;
        return this;
    }

    Forge purposes(KeyPurposeId... now) {
        purposes = now;
        return this;
    }

    X509Certificate certificate() {
        return make().certificate();
    }

    Signer make() {
        try {
            KeyPair pair = keyPair();
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    X500Name.getInstance(
                            ca.certificate().getSubjectX500Principal().getEncoded()),
                    new BigInteger(100, new SecureRandom()),
                    Date.from(notBefore),
                    Date.from(notAfter),
                    subject,
                    pair.getPublic());
            JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, basic);
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(usage));
            if (purposes.length > 0) {
                builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes));
            }
            if (names.length > 0) {
                boolean critical = subject.getRDNs().length == 0;
                builder.addExtension(Extension.subjectAlternativeName, critical, new GeneralNames(names));
            }
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    extensions.createAuthorityKeyIdentifier(ca.certificate().getPublicKey()));
            return new Signer(pair.getPrivate(), sign(builder, ca.key()));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    static KeyPair keyPair() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", BouncyCastle.provider());
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    static X509Certificate sign(JcaX509v3CertificateBuilder builder, PrivateKey key) throws Exception {
        byte[] encoded = builder.build(new JcaContentSignerBuilder("SHA256withECDSA")
                        .setProvider(BouncyCastle.provider())
                        .build(key))
                .getEncoded();
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded));
    }
}
