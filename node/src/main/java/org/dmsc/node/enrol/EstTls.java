package org.dmsc.node.enrol;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.dmsc.tenant.pki.IssuedIdentity;

/** TLS 1.3 towards an EST server. */
final class EstTls {

    private EstTls() {}

    /** Trusting that root only, showing that identity, or nothing. */
    static SSLContext of(X509Certificate root, Optional<IssuedIdentity> identity) {
        try {
            KeyStore anchors = KeyStore.getInstance("PKCS12");
            anchors.load(null, null);
            anchors.setCertificateEntry("root", root);
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(anchors);
            SSLContext tls = SSLContext.getInstance("TLSv1.3");
            tls.init(keys(identity), trust.getTrustManagers(), null);
            return tls;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("TLS 1.3: this JVM does not have it (expected Java 17 or newer)", e);
        }
    }

    private static KeyManager[] keys(Optional<IssuedIdentity> identity) throws GeneralSecurityException {
        if (identity.isEmpty()) {
            return new KeyManager[0];
        }
        char[] none = new char[0];
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(identity.get().keyStore(none), none);
        return keys.getKeyManagers();
    }
}
