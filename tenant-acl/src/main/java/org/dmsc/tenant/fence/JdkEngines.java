package org.dmsc.tenant.fence;

import java.security.GeneralSecurityException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import org.dmsc.tenant.pki.IssuedIdentity;

/** The engines of the JDK. */
final class JdkEngines implements TlsEngines {

    private static final String[] PROTOCOLS = {"TLSv1.3"};

    /** All that TLS 1.3 has in the JDK; the one that is fastest at the same strength for us first. */
    private static final String[] SUITES = {
        "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"
    };

    private final SSLContext context;

    JdkEngines(IssuedIdentity identity, KafkaPeers peers) {
        try {
            context = SSLContext.getInstance("TLSv1.3");
            context.init(new KeyManager[] {new OneKey(identity)}, new TrustManager[] {peers}, null);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("TLS 1.3: this JVM does not have it (expected Java 17 or newer)", e);
        }
    }

    @Override
    public SSLEngine client(String peerHost, int peerPort) {
        SSLEngine engine = context.createSSLEngine(peerHost, peerPort);
        engine.setUseClientMode(true);
        return only13(engine);
    }

    @Override
    public SSLEngine server(String peerHost, int peerPort) {
        SSLEngine engine = context.createSSLEngine(peerHost, peerPort);
        engine.setUseClientMode(false);
        engine.setNeedClientAuth(true);
        return only13(engine);
    }

    private static SSLEngine only13(SSLEngine engine) {
        engine.setEnabledProtocols(PROTOCOLS);
        engine.setEnabledCipherSuites(SUITES);
        return engine;
    }
}
