package org.dmsc.tenant.fence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.dmsc.schemas.AgentRef;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.pki.FabricPki;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

final class KafkaTlsTest {

    private static final Duration HOUR = Duration.ofHours(1);

    @TempDir
    Path folder;

    private FabricPki pki;

    @BeforeEach
    void open() {
        pki = FabricPki.openOrCreate(folder, FabricDomain.DEFAULT, Clock.systemUTC(), new SecureRandom());
    }

    /** Engines of both kinds on both sides: processes of one fabric may differ. */
    static Stream<Arguments> engines() {
        return Stream.of(Kind.values())
                .flatMap(server -> Stream.of(Kind.values()).map(client -> arguments(server, client)));
    }

    enum Kind {
        NATIVE(NativeEngines::new),
        JDK(JdkEngines::new);

        private final BiFunction<IssuedIdentity, KafkaPeers, TlsEngines> maker;

        Kind(BiFunction<IssuedIdentity, KafkaPeers, TlsEngines> maker) {
            this.maker = maker;
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aRenewedCertificateIsShownToTheNextConnectionWhileTheOldOneGoesOn(Kind ofServer, Kind ofClient)
            throws Exception {
        AtomicReference<IssuedIdentity> broker = new AtomicReference<>(node("broker"));
        AtomicReference<IssuedIdentity> router = new AtomicReference<>(node("router"));
        try (KafkaIdentity server = open(broker, ofServer);
                KafkaIdentity client = open(router, ofClient)) {
            KafkaTls serverTls = factory(server);
            KafkaTls clientTls = factory(client);
            SSLEngine oldClient = clientTls.createClientSslEngine("broker", 1, "https");
            SSLEngine oldServer = serverTls.createServerSslEngine("router", 2);
            shakeHands(oldClient, oldServer);
            X509Certificate before = shownTo(oldClient);

            broker.set(node("broker"));
            router.set(node("router"));
            SSLEngine newClient = clientTls.createClientSslEngine("broker", 1, "https");
            SSLEngine newServer = serverTls.createServerSslEngine("router", 2);
            shakeHands(newClient, newServer);

            assertThat(shownTo(newClient)).isEqualTo(broker.get().leaf()).isNotEqualTo(before);
            assertThat(shownTo(newServer)).isEqualTo(router.get().leaf());
            assertThat(newClient.getSession().getProtocol()).isEqualTo("TLSv1.3");
            assertThat(carry(oldClient, oldServer, "still here")).isEqualTo("still here");
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aServerThatIsNoBrokerIsNotTalkedTo(Kind ofServer, Kind ofClient) throws Exception {
        pki.createTenantCa(AgentRef.of("acme", "alice").tenant());
        for (IssuedIdentity pretender : List.of(node("router"), pki.issueAgent(AgentRef.of("acme", "alice"), HOUR))) {
            try (KafkaIdentity server = open(new AtomicReference<>(pretender), ofServer);
                    KafkaIdentity client = open(new AtomicReference<>(node("gateway")), ofClient)) {
                SSLEngine from = factory(client).createClientSslEngine("broker", 1, "https");
                SSLEngine to = factory(server).createServerSslEngine("gateway", 2);

                assertThatThrownBy(() -> shakeHands(from, to))
                        .isInstanceOf(SSLException.class)
                        .hasStackTraceContaining("expected a broker");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aClientWithoutACertificateOfTheFabricIsNotServed(Kind ofServer, Kind ofClient) throws Exception {
        FabricPki elsewhere = FabricPki.openOrCreate(
                folder.resolve("elsewhere"), FabricDomain.DEFAULT, Clock.systemUTC(), new SecureRandom());
        IssuedIdentity forged = elsewhere.issueNode("gateway", "n", List.of(), List.of(), HOUR);
        try (KafkaIdentity server = open(new AtomicReference<>(node("broker")), ofServer);
                KafkaIdentity client = open(new AtomicReference<>(forged), ofClient)) {
            SSLEngine from = factory(client).createClientSslEngine("broker", 1, "https");
            SSLEngine to = factory(server).createServerSslEngine("gateway", 2);

            assertThatThrownBy(() -> shakeHands(from, to)).isInstanceOf(SSLException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void speaksNothingOlderThanTls13(Kind kind) throws Exception {
        try (KafkaIdentity identity = open(new AtomicReference<>(node("broker")), kind)) {
            assertThat(enabled(factory(identity).createServerSslEngine("gateway", 2)))
                    .containsOnly("TLSv1.3");
            assertThat(enabled(factory(identity).createClientSslEngine("broker", 1, "https")))
                    .containsOnly("TLSv1.3");
        }
    }

    /** BoringSSL lists the pseudo version of its first hello, too. */
    private static Set<String> enabled(SSLEngine engine) {
        Set<String> protocols = new HashSet<>(Set.of(engine.getEnabledProtocols()));
        protocols.remove("SSLv2Hello");
        return protocols;
    }

    @Test
    void aClosedIdentityIsForgotten() {
        KafkaIdentity closed = open(new AtomicReference<>(node("gateway")), Kind.JDK);
        closed.close();

        assertThatThrownBy(() -> factory(closed)).isInstanceOf(IllegalStateException.class);
    }

    private IssuedIdentity node(String kind) {
        return pki.issueNode(kind, "n", List.of(), List.of(), HOUR);
    }

    private KafkaIdentity open(AtomicReference<IssuedIdentity> identity, Kind kind) {
        return KafkaIdentity.open(identity::get, pki.root(), FabricDomain.DEFAULT, kind.maker);
    }

    private static KafkaTls factory(KafkaIdentity identity) {
        KafkaTls factory = new KafkaTls();
        factory.configure(Map.copyOf(identity.properties()));
        return factory;
    }

    private static X509Certificate shownTo(SSLEngine engine) throws SSLException {
        return (X509Certificate) engine.getSession().getPeerCertificates()[0];
    }

    /** Both sides in turns until both have finished and nothing is on the wire. */
    private static void shakeHands(SSLEngine client, SSLEngine server) throws SSLException {
        client.beginHandshake();
        server.beginHandshake();
        ByteBuffer toServer = wire();
        ByteBuffer toClient = wire();
        for (int turn = 0; turn < 50; turn++) {
            step(client, toClient, toServer);
            step(server, toServer, toClient);
        }
        assertThat(client.getHandshakeStatus()).isEqualTo(HandshakeStatus.NOT_HANDSHAKING);
        assertThat(server.getHandshakeStatus()).isEqualTo(HandshakeStatus.NOT_HANDSHAKING);
    }

    private static void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
        in.flip();
        engine.unwrap(in, ByteBuffer.allocate(64 * 1024));
        in.compact();
        Runnable task = engine.getDelegatedTask();
        while (task != null) {
            task.run();
            task = engine.getDelegatedTask();
        }
        if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
            engine.wrap(ByteBuffer.allocate(0), out);
        }
    }

    private static String carry(SSLEngine from, SSLEngine to, String text) throws SSLException {
        ByteBuffer wire = wire();
        from.wrap(ByteBuffer.wrap(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)), wire);
        wire.flip();
        ByteBuffer clear = ByteBuffer.allocate(64 * 1024);
        to.unwrap(wire, clear);
        return new String(clear.array(), 0, clear.position(), java.nio.charset.StandardCharsets.UTF_8);
    }

    private static ByteBuffer wire() {
        return ByteBuffer.allocate(256 * 1024);
    }
}
