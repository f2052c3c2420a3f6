package org.dmsc.tenant.enrol;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.pki.BouncyCastle;

/** The client's half of EST, without the transport: makes a key with its request, and reads what comes back. */
public final class EnrolmentClient {

    private EnrolmentClient() {}

    /**
     * A new key on P-256, which never leaves its process, and the request for it.
     *
     * @param body as it is sent: PKCS#10 in DER, in base64
     */
    public record KeyAndRequest(PrivateKey key, String body) {

        /** Without the key. */
        @Override
        public String toString() {
            return "KeyAndRequest[" + body.length() + " characters]";
        }
    }

    /** Makes both. The subject says nothing, because the fabric gives its own. */
    public static KeyAndRequest request(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            KeyPair pair = generator.generateKeyPair();
            byte[] der = new JcaPKCS10CertificationRequestBuilder(new X500Name("O=enrolment"), pair.getPublic())
                    .build(new JcaContentSignerBuilder("SHA256withECDSA")
                            .setProvider(BouncyCastle.provider())
                            .build(pair.getPrivate()))
                    .getEncoded();
            return new KeyAndRequest(pair.getPrivate(), Base64.getEncoder().encodeToString(der));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("no certificate request", e);
        }
    }

    /**
     * The certificates of a response's body.
     *
     * @throws RefusedException UNREADABLE when it is not PKCS#7 in base64
     */
    public static List<X509Certificate> certificates(String body) {
        try {
            byte[] der = Base64.getMimeDecoder().decode(body);
            return CertificateFactory.getInstance("X.509")
                    .generateCertPath(new ByteArrayInputStream(der), "PKCS7")
                    .getCertificates()
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new RefusedException(
                    Refusal.UNREADABLE,
                    "answer of EST cannot be read: " + e.getMessage() + " (expected PKCS#7 in base64)");
        }
    }
}
