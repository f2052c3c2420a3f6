package org.dmsc.node.kafka;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What an embedded broker is told.
 *
 * @param data its own folder, made when missing
 * @param host address to listen on; without {@code tls} only loopback is allowed
 * @param port of the clients' listener, 0 for any free one
 * @param tls present: clients must show a certificate, and what they may do is held by ACLs
 */
public record BrokerSettings(Path data, String host, int port, Optional<BrokerTls> tls) {

    /** Loopback, any free port, no TLS: what tests and the embedded default use. */
    public static BrokerSettings loopback(Path data) {
        return new BrokerSettings(data, "127.0.0.1", 0, Optional.empty());
    }

    public BrokerSettings {
        if (tls.isEmpty() && !isLoopback(host)) {
            throw new IllegalArgumentException("broker host: '" + host
                    + "' (expected a loopback address while kafka.tls is off; switch it on to serve other machines)");
        }
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost") || host.equals("::1") || host.startsWith("127.");
    }
}
