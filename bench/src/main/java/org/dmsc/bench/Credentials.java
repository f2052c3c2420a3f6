package org.dmsc.bench;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.ClientFactoryBuilder;
import com.linecorp.armeria.common.TlsKeyPair;
import com.linecorp.armeria.server.ServerBuilder;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLException;

/** The folder that {@code dmsc agent add} wrote: certificate, key and the fabric's root, as PEM. */
record Credentials(Path folder) {

    /** A client that shows this certificate and trusts the fabric's root only. */
    ClientFactory clientFactory() {
        ClientFactoryBuilder builder = ClientFactory.builder().maxNumEventLoopsPerEndpoint(1);
        trust(builder);
        return builder.build();
    }

    /** The same for a client that is made elsewhere. */
    void trust(ClientFactoryBuilder client) {
        client.tlsCustomizer(
                tls -> tls.keyManager(certificate().toFile(), key().toFile()).trustManager(root().toFile()));
    }

    /**
     * The same for whoever calls agents directly: an agent's certificate names the agent and not the host that it runs on, so what is verified
     * is who issued it.
     */
    ClientFactory clientFactoryToAgents() {
        return ClientFactory.builder()
                .tlsCustomizer(tls -> tls.keyManager(certificate().toFile(), key().toFile())
                        .trustManager(new AnyHost(pem("").trust())))
                .maxNumEventLoopsPerEndpoint(1)
                .build();
    }

    /** The same for a client that speaks HTTP/2 by hand. */
    SslContext http2() {
        try {
            return SslContextBuilder.forClient()
                    .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
                    .keyManager(certificate().toFile(), key().toFile())
                    .trustManager(root().toFile())
                    .applicationProtocolConfig(new ApplicationProtocolConfig(
                            ApplicationProtocolConfig.Protocol.ALPN,
                            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                            ApplicationProtocolNames.HTTP_2))
                    .build();
        } catch (SSLException e) {
            throw new BenchException("TLS: no client can be made of " + folder, e);
        }
    }

    /** Makes an HTTPS server of this identity, which asks its callers for a certificate of the fabric. */
    void serve(ServerBuilder server) {
        server.https(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .tls(TlsKeyPair.of(key().toFile(), certificate().toFile()))
                .tlsCustomizer(tls -> tls.trustManager(root().toFile()).clientAuth(ClientAuth.REQUIRE));
    }

    /**
     * The same for clients that are not Armeria's.
     *
     * @param moreRoots PEM of authorities that are trusted beside the fabric's
     */
    PemTls pem(String moreRoots) {
        try {
            return new PemTls(
                    Files.readString(certificate()), Files.readString(key()), Files.readString(root()) + moreRoots);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Certificates that it trusts. */
    Path trusted() {
        return root();
    }

    private Path certificate() {
        return folder.resolve("agent.cert.pem");
    }

    private Path key() {
        return folder.resolve("agent.key.pem");
    }

    private Path root() {
        return folder.resolve("ca.pem");
    }
}
