package org.dmsc.tenant.pki;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.dmsc.tenant.revocation.Evidence;

/**
 * A key with its certificates.
 *
 * @param chain the leaf and its issuing CA; the root is not in it
 */
public record IssuedIdentity(PrivateKey key, List<X509Certificate> chain) {

    /** Clocks of peers may be behind ours by so much: a certificate begins earlier than it was made. */
    public static final Duration BACKDATING = Evidence.BACKDATING;

    private static final String ALIAS = "identity";

    public IssuedIdentity {
        chain = List.copyOf(chain);
    }

    /** The certificate of the identity itself. */
    public X509Certificate leaf() {
        return chain.get(0);
    }

    /** The chain as PEM, leaf first. */
    public String certificatePem() {
        return Pem.of(chain);
    }

    /** The key as PEM in PKCS#8. */
    public String keyPem() {
        return Pem.of(key);
    }

    /** A PKCS#12 key store with key and chain under the alias {@code identity}. */
    public KeyStore keyStore(char[] password) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(ALIAS, key, password, chain.toArray(new X509Certificate[0]));
            return store;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no PKCS#12 key store", e);
        }
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "IssuedIdentity[" + leaf().getSubjectX500Principal() + ", serial "
                + leaf().getSerialNumber().toString(16) + "]";
    }
}
