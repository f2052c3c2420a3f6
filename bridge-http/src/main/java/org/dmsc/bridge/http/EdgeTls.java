package org.dmsc.bridge.http;

import com.linecorp.armeria.common.TlsKeyPair;
import com.linecorp.armeria.common.TlsProvider;
import com.linecorp.armeria.server.ServerTlsConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.util.List;
import java.util.function.Supplier;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.pki.PeerValidator;

/**
 * TLS of the edge: 1.3 only, a client certificate is asked for and not demanded, because callers may show a token instead. The identity is
 * asked for with every new connection: a renewed one gets a TLS context of its own, which also ends the tickets of the old.
 */
final class EdgeTls {

    private static final String VERSION = "TLSv1.3";
    private static final String OLDER = "TLSv1.2";

    /** Forward secrecy and authenticated encryption only; the first three are TLS 1.3's, the last is what HTTP/2 insists on. */
    private static final List<String> STRONG = List.of(
            "TLS_AES_256_GCM_SHA384",
            "TLS_AES_128_GCM_SHA256",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");

    private EdgeTls() {}

    static TlsProvider provider(Supplier<IssuedIdentity> identity) {
        return hostname -> {
            IssuedIdentity current = identity.get();
            return TlsKeyPair.of(current.key(), current.chain());
        };
    }

    /** For the EST port alone. */
    static ServerTlsConfig withTls12(PeerValidator peers) {
        return ServerTlsConfig.builder()
                .clientAuth(ClientAuth.OPTIONAL)
                .tlsCustomizer(builder -> builder.trustManager(peers.trustManager())
                        .protocols(VERSION, OLDER)
                        .ciphers(STRONG, SupportedCipherSuiteFilter.INSTANCE))
                .build();
    }

    static ServerTlsConfig config(PeerValidator peers) {
        return ServerTlsConfig.builder()
                .clientAuth(ClientAuth.OPTIONAL)
                .tlsCustomizer(
                        builder -> builder.trustManager(peers.trustManager()).protocols(VERSION))
                .build();
    }
}
