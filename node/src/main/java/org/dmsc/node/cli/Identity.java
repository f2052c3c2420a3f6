package org.dmsc.node.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;

/** A certificate and its key as {@code dmsc agent add} and the node's operator folder hold them, made into a TLS context. */
final class Identity {

    static final String CERTIFICATE = "agent.cert.pem";
    static final String KEY = "agent.key.pem";
    static final String ROOT = "ca.pem";
    static final String TOKEN = "token";

    private Identity() {}

    /** TLS as this identity, trusting the fabric's root only. */
    static SSLContext read(Path folder) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            Certificate[] chain = certificates(folder.resolve(CERTIFICATE)).toArray(new Certificate[0]);
            store.setKeyEntry("me", key(folder.resolve(KEY)), new char[0], chain);
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, new char[0]);
            SSLContext tls = SSLContext.getInstance("TLSv1.3");
            tls.init(keys.getKeyManagers(), trust(folder.resolve(ROOT)).getTrustManagers(), null);
            return tls;
        } catch (IOException | GeneralSecurityException e) {
            throw new NodeException(
                    ExitCode.USAGE,
                    "credentials in " + folder + ": " + e + " (expected " + CERTIFICATE + ", " + KEY + " and " + ROOT
                            + ", as 'dmsc agent add' writes them)",
                    e);
        }
    }

    /** TLS that shows nothing and trusts the certificate of this file only. */
    static SSLContext trusting(Path root) {
        try {
            SSLContext tls = SSLContext.getInstance("TLSv1.3");
            tls.init(null, trust(root).getTrustManagers(), null);
            return tls;
        } catch (IOException | GeneralSecurityException e) {
            throw unreadable(root, e);
        }
    }

    /** The first certificate of a file. */
    static X509Certificate certificate(Path file) {
        try {
            return (X509Certificate) certificates(file).iterator().next();
        } catch (IOException | GeneralSecurityException | NoSuchElementException e) {
            throw unreadable(file, e);
        }
    }

    private static NodeException unreadable(Path file, Exception cause) {
        return new NodeException(
                ExitCode.USAGE, file + ": " + cause + " (expected the PEM of the fabric's root, its ca.pem)", cause);
    }

    private static TrustManagerFactory trust(Path file) throws IOException, GeneralSecurityException {
        KeyStore roots = KeyStore.getInstance("PKCS12");
        roots.load(null, null);
        for (Certificate root : certificates(file)) {
            roots.setCertificateEntry("root-" + roots.size(), root);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(roots);
        return trust;
    }

    private static Collection<? extends Certificate> certificates(Path file)
            throws IOException, GeneralSecurityException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)));
    }

    private static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
        String base64 = Files.readString(file, StandardCharsets.US_ASCII).replaceAll("-----[A-Z ]+-----|\\s", "");
        PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64));
        GeneralSecurityException last = new GeneralSecurityException("no key in " + file);
        for (String algorithm : Stream.of("EC", "RSA", "EdDSA").toList()) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (GeneralSecurityException e) {
                last = e;
            }
        }
        throw last;
    }
}
