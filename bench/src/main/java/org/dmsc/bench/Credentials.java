package org.dmsc.bench;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.server.ServerBuilder;
import io.netty.handler.ssl.ClientAuth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLException;

/** The folder that {@code dmsc agent add} wrote: certificate, key and the fabric's root, as PEM. */
record Credentials(Path folder) {

    /** A client that shows this certificate and trusts the fabric's root only. */
    ClientFactory clientFactory() {
        return ClientFactory.builder()
                .tlsCustomizer(tls ->
                        tls.keyManager(certificate().toFile(), key().toFile()).trustManager(root().toFile()))
                .maxNumEventLoopsPerEndpoint(1)
                .build();
    }

    /** Makes an HTTPS server of this identity, which asks its callers for a certificate of the fabric. */
    void serve(ServerBuilder server) throws SSLException {
        server.https(new java.net.InetSocketAddress("127.0.0.1", 0))
                .tls(certificate().toFile(), key().toFile())
                .tlsCustomizer(tls -> tls.trustManager(root().toFile()).clientAuth(ClientAuth.REQUIRE));
    }

    String token() {
        try {
            return Files.readString(folder.resolve("token")).trim();
        } catch (IOException e) {
            throw new BenchException(
                    "credentials: no token in " + folder + " (expected what `dmsc agent add` wrote)", e);
        }
    }

    SessionProtocol protocol() {
        return SessionProtocol.H2;
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
