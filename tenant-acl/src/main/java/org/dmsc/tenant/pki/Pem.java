package org.dmsc.tenant.pki;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/** Certificates and keys as text (RFC 7468). */
public final class Pem {

    private static final int LINE = 64;

    private Pem() {}

    /** One certificate. */
    public static String of(X509Certificate certificate) {
        try {
            return block("CERTIFICATE", certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("certificate without an encoding", e);
        }
    }

    /** Several certificates, one after the other. */
    public static String of(Collection<X509Certificate> certificates) {
        return certificates.stream().map(Pem::of).collect(Collectors.joining());
    }

    /** A private key in PKCS#8. */
    public static String of(PrivateKey key) {
        return block("PRIVATE KEY", key.getEncoded());
    }

    /**
     * The first certificate of a text.
     *
     * @throws RefusedException INVALID_CONFIGURATION when there is none
     */
    public static X509Certificate certificate(String pem) {
        return certificates(pem).get(0);
    }

    /**
     * All certificates of a text, at least one.
     *
     * @throws RefusedException INVALID_CONFIGURATION when there is none
     */
    public static List<X509Certificate> certificates(String pem) {
        try {
            List<X509Certificate> found = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            if (found.isEmpty()) {
                throw notPem("it holds no certificate");
            }
            return found;
        } catch (GeneralSecurityException e) {
            throw notPem(String.valueOf(e.getMessage()));
        }
    }

    private static String block(String label, byte[] content) {
        String lines = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN " + label + "-----\n" + lines + "\n-----END " + label + "-----\n";
    }

    private static RefusedException notPem(String why) {
        return new RefusedException(
                Refusal.INVALID_CONFIGURATION,
                "certificate text cannot be read: " + why + " (expected PEM, -----BEGIN CERTIFICATE-----)");
    }
}
