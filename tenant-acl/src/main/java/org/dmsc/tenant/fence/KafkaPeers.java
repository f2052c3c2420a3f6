package org.dmsc.tenant.fence;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;

/**
 * Whom TLS with Kafka lets in. The root is the only anchor, so that the name constraints of the issuing CAs count. Clients may be anybody of
 * the fabric: what they may do is for the ACLs. A server must be a broker: its SPIFFE id says so, and the host name is not looked at, because
 * only the platform CA can issue that id.
 */
final class KafkaPeers extends X509ExtendedTrustManager {

    private static final int URI_NAME = 6;

    private final X509ExtendedTrustManager chains;
    private final FabricDomain domain;

    KafkaPeers(X509Certificate root, FabricDomain domain) {
        super();
        this.chains = chainsTo(root);
        this.domain = domain;
    }

    private static X509ExtendedTrustManager chainsTo(X509Certificate root) {
        try {
            KeyStore anchors = KeyStore.getInstance(KeyStore.getDefaultType());
            anchors.load(null, null);
            anchors.setCertificateEntry("root", root);
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(anchors);
            return Arrays.stream(factory.getTrustManagers())
                    .filter(X509ExtendedTrustManager.class::isInstance)
                    .map(X509ExtendedTrustManager.class::cast)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("this JVM has no PKIX trust manager"));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("this JVM has no PKIX trust manager", e);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        chains.checkClientTrusted(chain, authType, engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        chains.checkClientTrusted(chain, authType, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        chains.checkClientTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        chains.checkServerTrusted(chain, authType, engine);
        requireBroker(chain[0]);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        chains.checkServerTrusted(chain, authType, socket);
        requireBroker(chain[0]);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        chains.checkServerTrusted(chain, authType);
        requireBroker(chain[0]);
    }

    /** The root: clients recognise by it which of their certificates is meant, if they send its chain. */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return chains.getAcceptedIssuers();
    }

    private void requireBroker(X509Certificate leaf) throws CertificateException {
        List<String> uris = Optional.ofNullable(leaf.getSubjectAlternativeNames()).stream()
                .flatMap(Collection::stream)
                .filter(name -> name.get(0).equals(URI_NAME))
                .map(name -> String.valueOf(name.get(1)))
                .toList();
        try {
            boolean broker = uris.size() == 1
                    && SpiffeId.parse(uris.get(0)).nodeKind(domain).equals(Optional.of(KafkaRole.BROKER.kind()));
            if (!broker) {
                throw new CertificateException("peer is " + uris + " (expected a broker of the fabric " + domain + ")");
            }
        } catch (RefusedException e) {
            throw new CertificateException(e.sentence(), e);
        }
    }
}
