package org.dmsc.node.testing;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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

/** What the configuration API issued to an agent, or a folder of the operator: PEM, and TLS contexts made of it by the JDK alone. */
public record Credentials(String certificatePem, String keyPem, String caPem, String token) {

    public static Credentials of(JsonNode issued) {
        return new Credentials(
                issued.path("certificatePem").asText(),
                issued.path("keyPem").asText(),
                issued.path("caPem").asText(),
                issued.path("token").asText());
    }

    public static Credentials of(Path folder) throws IOException {
        return new Credentials(
                Files.readString(folder.resolve("agent.cert.pem")),
                Files.readString(folder.resolve("agent.key.pem")),
                Files.readString(folder.resolve("ca.pem")),
                "");
    }

    /** With the certificate. */
    public SSLContext tls() {
        return tls(true);
    }

    /** Trusting the fabric, showing nothing. */
    public SSLContext anonymousTls() {
        return tls(false);
    }

    public KeyStore keyStore() {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            Certificate[] chain = certificates(certificatePem).toArray(new Certificate[0]);
            byte[] pkcs8 = Base64.getDecoder().decode(keyPem.replaceAll("-----[A-Z ]+-----|\\s", ""));
            store.setKeyEntry(
                    "me",
                    KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(pkcs8)),
                    new char[0],
                    chain);
            return store;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("credentials that the fabric issued cannot be used", e);
        }
    }

    public KeyStore trustStore() {
        try {
            KeyStore roots = KeyStore.getInstance("PKCS12");
            roots.load(null, null);
            for (Certificate root : certificates(caPem)) {
                roots.setCertificateEntry("root", root);
            }
            return roots;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("the fabric's root cannot be used", e);
        }
    }

    private SSLContext tls(boolean withKey) {
        try {
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(keyStore(), new char[0]);
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trustStore());
            SSLContext tls = SSLContext.getInstance("TLSv1.3");
            tls.init(withKey ? keys.getKeyManagers() : null, trust.getTrustManagers(), null);
            return tls;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no TLS with what the fabric issued", e);
        }
    }

    private static Collection<? extends Certificate> certificates(String pem) throws GeneralSecurityException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }

    @Override
    public String toString() {
        return "Credentials[redacted]";
    }
}
