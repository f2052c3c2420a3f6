package org.dmsc.tenant.fence;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.dmsc.tenant.pki.IssuedIdentity;

/**
 * BoringSSL's engines, as Netty binds them. Their memory is freed when they are collected ({@link SslProvider#OPENSSL}): Kafka knows nothing of
 * reference counts. No sessions are resumed, so each connection shows its certificates.
 */
final class NativeEngines implements TlsEngines {

    private static final String PROTOCOL = "TLSv1.3";

    private final SslContext clients;
    private final SslContext servers;

    NativeEngines(IssuedIdentity identity, KafkaPeers peers) {
        OneKey key = new OneKey(identity);
        try {
            clients = SslContextBuilder.forClient()
                    .sslProvider(SslProvider.OPENSSL)
                    .protocols(PROTOCOL)
                    .keyManager(key)
                    .trustManager(peers)
                    // The name of a broker is in its SPIFFE id, which the trust manager looks at.
                    .endpointIdentificationAlgorithm(null)
                    .build();
            servers = SslContextBuilder.forServer(key)
                    .sslProvider(SslProvider.OPENSSL)
                    .protocols(PROTOCOL)
                    .trustManager(peers)
                    .clientAuth(ClientAuth.REQUIRE)
                    .build();
        } catch (SSLException e) {
            throw new IllegalStateException("TLS 1.3: BoringSSL did not take a certificate of this process", e);
        }
        ((OpenSslSessionContext) servers.sessionContext()).setSessionCacheEnabled(false);
    }

    @Override
    public SSLEngine client(String peerHost, int peerPort) {
        return clients.newEngine(PooledByteBufAllocator.DEFAULT, peerHost, peerPort);
    }

    @Override
    public SSLEngine server(String peerHost, int peerPort) {
        return servers.newEngine(PooledByteBufAllocator.DEFAULT, peerHost, peerPort);
    }
}
