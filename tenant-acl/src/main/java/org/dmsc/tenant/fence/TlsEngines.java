package org.dmsc.tenant.fence;

import io.netty.handler.ssl.OpenSsl;
import javax.net.ssl.SSLEngine;
import org.dmsc.tenant.pki.IssuedIdentity;

/** Makes engines for connections with Kafka, all with one certificate: TLS 1.3 only, certificates on both sides. Thread-safe. */
interface TlsEngines {

    SSLEngine client(String peerHost, int peerPort);

    SSLEngine server(String peerHost, int peerPort);

    /**
     * BoringSSL where it is at hand, otherwise the JDK's. A fabric sends Kafka some thousand small records a second, and the JDK's cipher needs
     * minutes until it is compiled. A key that cannot be read, as in a hardware module, is for the JDK.
     */
    static TlsEngines of(IssuedIdentity identity, KafkaPeers peers) {
        return OpenSsl.isAvailable() && identity.key().getEncoded() != null
                ? new NativeEngines(identity, peers)
                : new JdkEngines(identity, peers);
    }
}
