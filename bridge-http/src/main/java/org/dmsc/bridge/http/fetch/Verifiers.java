package org.dmsc.bridge.http.fetch;

import com.linecorp.armeria.common.TlsPeerVerifier;
import com.linecorp.armeria.common.TlsPeerVerifierFactory;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.dmsc.tenant.pki.PeerValidator;

/** Whom a fetch believes. Records, because connections are pooled by what they were verified with. */
final class Verifiers {

    private Verifiers() {}

    /** An agent of this fabric, whichever: its SPIFFE id is asked for afterwards. */
    record Fabric(PeerValidator peers) implements TlsPeerVerifierFactory {
        @Override
        public TlsPeerVerifier create(TlsPeerVerifier instead) {
            return (chain, authType, engine) -> peers.trustManager().checkServerTrusted(chain, authType, engine);
        }
    }

    /** The host that was dialled, by the public CAs and some more. The engine carries the name to check. */
    record Web(X509ExtendedTrustManager trust) implements TlsPeerVerifierFactory {
        @Override
        public TlsPeerVerifier create(TlsPeerVerifier instead) {
            return (chain, authType, engine) -> trust.checkServerTrusted(chain, authType, engine);
        }
    }

    static Web web(List<X509Certificate> more) {
        try {
            KeyStore all = KeyStore.getInstance("PKCS12");
            all.load(null, null);
            for (X509Certificate ca : publicCas()) {
                all.setCertificateEntry("public-" + all.size(), ca);
            }
            for (X509Certificate ca : more) {
                all.setCertificateEntry("own-" + all.size(), ca);
            }
            return new Web(trustManager(all));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("this JVM's certificate authorities cannot be read", e);
        }
    }

    private static List<X509Certificate> publicCas() throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        return List.of(extended(factory).getAcceptedIssuers());
    }

    private static X509ExtendedTrustManager trustManager(KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        return extended(factory);
    }

    private static X509ExtendedTrustManager extended(TrustManagerFactory factory) {
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager found) {
                return found;
            }
        }
        throw new IllegalStateException("this JVM has no PKIX trust manager");
    }
}
