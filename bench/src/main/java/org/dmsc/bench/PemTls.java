package org.dmsc.bench;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** An identity as the fabric issues it, as a TLS context of the JDK. */
record PemTls(String certificates, String key, String roots) {

    private static final char[] NONE = new char[0];

    SSLContext context() {
        try {
            SSLContext tls = SSLContext.getInstance("TLSv1.3");
            tls.init(keys().getKeyManagers(), trust().getTrustManagers(), null);
            return tls;
        } catch (GeneralSecurityException e) {
            throw unusable(e);
        }
    }

    /** Shows the certificate. */
    KeyManagerFactory keys() {
        try {
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(keyStore(), NONE);
            return keys;
        } catch (GeneralSecurityException | IOException e) {
            throw unusable(e);
        }
    }

    /** Trusts the roots. */
    TrustManagerFactory trust() {
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            KeyStore anchors = empty();
            int number = 0;
            for (Certificate root : parse(roots)) {
                anchors.setCertificateEntry("root-" + number++, root);
            }
            trust.init(anchors);
            return trust;
        } catch (GeneralSecurityException | IOException e) {
            throw unusable(e);
        }
    }

    private static BenchException unusable(Exception cause) {
        return new BenchException("credentials that the fabric issued cannot be used", cause);
    }

    private KeyStore keyStore() throws GeneralSecurityException, IOException {
        KeyStore store = empty();
        byte[] pkcs8 = Base64.getDecoder().decode(key.replaceAll("-----[A-Z ]+-----|\\s", ""));
        store.setKeyEntry(
                "me",
                KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(pkcs8)),
                NONE,
                parse(certificates).toArray(Certificate[]::new));
        return store;
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static Collection<? extends Certificate> parse(String pem) throws GeneralSecurityException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }

    @Override
    public String toString() {
        return "PemTls[redacted]";
    }
}
