package org.dmsc.bridge.mqtt.broker;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * What a CONNECT brings.
 *
 * @param chain the client's certificates, leaf first; empty when it sent none
 * @param password the password as text: a bearer token
 * @param serverName the host name of the TLS client hello
 * @param session what it wants to be kept after its connection
 */
public record Knock(
        String connection,
        String clientId,
        List<X509Certificate> chain,
        Optional<String> password,
        Optional<String> serverName,
        Device.Version version,
        int receiveMaximum,
        String remoteAddress,
        Session session,
        Transport transport) {

    /** What the connection is made of. */
    public enum Transport {
        /** TLS. */
        TCP,
        /** WebSocket over TLS: what a browser can be talked into opening. */
        WEBSOCKET
    }

    public Knock {
        chain = List.copyOf(chain);
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "Knock[clientId=" + clientId + ", remoteAddress=" + remoteAddress + "]";
    }
}
