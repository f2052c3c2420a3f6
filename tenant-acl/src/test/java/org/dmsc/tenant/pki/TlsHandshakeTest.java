package org.dmsc.tenant.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real TLS 1.3 between two sides of the JDK. */
final class TlsHandshakeTest {

    private static final FabricDomain DOMAIN = FabricDomain.DEFAULT;
    private static final char[] PASSWORD = "secret".toCharArray();
    private static final SpiffeId GATEWAY = SpiffeId.node(DOMAIN, "gateway", "g1");

    @TempDir
    Path dir;

    private FabricPki pki;
    private PeerValidator validator;
    private IssuedIdentity gateway;
    private IssuedIdentity agent;

    @Test
    void bothSidesRecogniseEachOtherWithFullChainsAndWithLeavesOnly() throws Exception {
        make();

        assertThat(handshake(gateway, agent, validator.expecting(GATEWAY)))
                .isEqualTo(SpiffeId.agent(DOMAIN, AgentRef.of("acme", "planner")));
        assertThat(handshake(leafOnly(gateway), leafOnly(agent), validator.expecting(GATEWAY)))
                .isEqualTo(SpiffeId.agent(DOMAIN, AgentRef.of("acme", "planner")));
    }

    @Test
    void aClientDoesNotTalkToAnotherPeerThanItExpects() throws Exception {
        make();

        assertThatThrownBy(() -> handshake(agent, gateway, validator.expecting(GATEWAY)))
                .isInstanceOf(IOException.class);
    }

    @Test
    void aServerRefusesAnotherFabricsClient() throws Exception {
        make();
        FabricPki other = FabricPki.openOrCreate(dir.resolve("other"), DOMAIN, Clock.systemUTC(), new SecureRandom());
        other.createTenantCa(new TenantId("acme"));
        IssuedIdentity stranger = other.issueAgent(AgentRef.of("acme", "planner"), Duration.ofHours(1));

        assertThatThrownBy(() -> handshake(gateway, stranger, validator.trustManager()))
                .isInstanceOf(Exception.class);
    }

    private void make() {
        pki = FabricPki.openOrCreate(dir, DOMAIN, Clock.systemUTC(), new SecureRandom());
        X509Certificate acme = pki.createTenantCa(new TenantId("acme"));
        validator = new PeerValidator(pki::root, () -> List.of(pki.platformCa(), acme), DOMAIN, Clock.systemUTC());
        gateway = pki.issueNode("gateway", "g1", List.of("localhost"), List.of("127.0.0.1"), Duration.ofHours(1));
        agent = pki.issueAgent(AgentRef.of("acme", "planner"), Duration.ofHours(1));
    }

    /** Whom the server saw, taken from its session as an edge has to. */
    private SpiffeId handshake(IssuedIdentity server, IssuedIdentity client, TrustManager clientTrust)
            throws Exception {
        SSLContext serverContext = context(server, validator.trustManager());
        SSLContext clientContext = context(client, clientTrust);
        try (SSLServerSocket listener = (SSLServerSocket)
                serverContext.getServerSocketFactory().createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            listener.setNeedClientAuth(true);
            CompletableFuture<SpiffeId> seen = new CompletableFuture<>();
            new Thread(() -> accept(listener, seen), "server").start();
            try (SSLSocket socket = (SSLSocket) clientContext
                    .getSocketFactory()
                    .createSocket(InetAddress.getLoopbackAddress(), listener.getLocalPort())) {
                socket.setEnabledProtocols(new String[] {"TLSv1.3"});
                socket.setSoTimeout(10_000);
                socket.startHandshake();
                socket.getOutputStream().write(1);
                socket.getOutputStream().flush();
                return seen.get(10, TimeUnit.SECONDS);
            }
        }
    }

    /** Answers before it closes: closing a TLS 1.3 socket waits for the other side. */
    private void accept(SSLServerSocket listener, CompletableFuture<SpiffeId> seen) {
        try (SSLSocket socket = (SSLSocket) listener.accept()) {
            socket.setSoTimeout(10_000);
            assertThat(socket.getInputStream().read()).isEqualTo(1);
            List<X509Certificate> chain = Arrays.stream(socket.getSession().getPeerCertificates())
                    .map(X509Certificate.class::cast)
                    .toList();
            seen.complete(validator.validate(chain));
        } catch (IOException | RuntimeException | AssertionError e) {
            seen.completeExceptionally(e);
        }
    }

    private static IssuedIdentity leafOnly(IssuedIdentity identity) {
        return new IssuedIdentity(identity.key(), List.of(identity.leaf()));
    }

    private static SSLContext context(IssuedIdentity own, TrustManager trust) throws Exception {
        KeyStore store = own.keyStore(PASSWORD);
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(store, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(keys.getKeyManagers(), new TrustManager[] {trust}, new SecureRandom());
        return context;
    }
}
