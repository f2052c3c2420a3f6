package org.dmsc.bridge.http;

import com.linecorp.armeria.common.TlsKeyPair;
import com.linecorp.armeria.common.TlsProvider;
import com.linecorp.armeria.server.ServerTlsConfig;
import io.netty.handler.ssl.ClientAuth;
import java.util.function.Supplier;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.pki.PeerValidator;

/**
 * TLS of the edge: 1.3 only, a client certificate is asked for and not demanded, because callers may show a token instead. The identity is
 * asked for with every new connection: a renewed one gets a TLS context of its own, which also ends the tickets of the old.
 */
final class EdgeTls {

    private static final String VERSION = "TLSv1.3";

    private EdgeTls() {}

    static TlsProvider provider(Supplier<IssuedIdentity> identity) {
        return hostname -> {
            IssuedIdentity current = identity.get();
            return TlsKeyPair.of(current.key(), current.chain());
        };
    }

    static ServerTlsConfig config(PeerValidator peers) {
        return ServerTlsConfig.builder()
                .clientAuth(ClientAuth.OPTIONAL)
                .tlsCustomizer(
                        builder -> builder.trustManager(peers.trustManager()).protocols(VERSION))
                .build();
    }
}
