package org.dmsc.tenant.peers;

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
 * For who asks another process of the fabric: takes nobody for one of that kind but who has a certificate that says so. The root is the only anchor, so that the name constraints of the issuing
 * CAs count, and host names do not matter, because only the platform CA can issue that id.
 */
public final class NodeTrust extends X509ExtendedTrustManager {

    private static final int URI_NAME = 6;

    private final X509ExtendedTrustManager chains;
    private final FabricDomain domain;
    private final String kind;

    /**
     * @param root the only trust anchor
     * @param kind of node that is expected, as in its SPIFFE id
     */
    public NodeTrust(X509Certificate root, FabricDomain domain, String kind) {
        super();
        this.chains = chainsTo(root);
        this.domain = domain;
        this.kind = kind;
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
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        chains.checkServerTrusted(chain, authType);
        List<String> uris = Optional.ofNullable(chain[0].getSubjectAlternativeNames()).stream()
                .flatMap(Collection::stream)
                .filter(name -> name.get(0).equals(URI_NAME))
                .map(name -> String.valueOf(name.get(1)))
                .toList();
        try {
            if (uris.size() != 1
                    || !SpiffeId.parse(uris.get(0)).nodeKind(domain).equals(Optional.of(kind))) {
                throw new CertificateException(
                        "peer is " + uris + " (expected a node of kind " + kind + " of the fabric " + domain + ")");
            }
        } catch (RefusedException e) {
            throw new CertificateException(e.sentence(), e);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("no clients here");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("no clients here");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("no clients here");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return chains.getAcceptedIssuers();
    }
}
