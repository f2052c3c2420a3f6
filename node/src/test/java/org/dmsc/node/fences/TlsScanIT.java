package org.dmsc.node.fences;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.dmsc.node.testing.FabricExtension;
import org.dmsc.node.testing.TestFabric;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Every listener of a running fabric: TLS 1.3 and nothing else. */
@ExtendWith(FabricExtension.class)
@Timeout(60)
final class TlsScanIT {

    private static final Set<String> STRONG =
            Set.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");

    private static final int HANDSHAKE = 22;

    @Test
    @DisplayName("no listener goes on with SSL 3 or TLS 1.0, 1.1, 1.2, whatever the suite")
    void nothingBelow13(TestFabric fabric) throws Exception {
        Map<String, Integer> listeners = Listeners.of(fabric).ports();

        assertThat(listeners).containsOnlyKeys("HTTP", "MQTT", "Kafka CLIENTS", "Kafka CONTROLLER");
        for (Map.Entry<String, Integer> listener : listeners.entrySet()) {
            for (int version = 0x0300; version <= 0x0303; version++) {
                assertThat(new ClientHello(version, ClientHello.EVERYTHING_BEFORE_13).answeredBy(listener.getValue()))
                        .as(listener.getKey() + " offered version 0x" + Integer.toHexString(version))
                        .isNotEqualTo(HANDSHAKE);
            }
        }
    }

    @Test
    @DisplayName("each listener takes TLS 1.3, with strong suites only")
    void strongSuitesOnly(TestFabric fabric) throws Exception {
        SSLContext nobody = fabric.operatorCredentials().anonymousTls();
        Map<String, Set<String>> accepted = new TreeMap<>();

        for (Map.Entry<String, Integer> listener : Listeners.of(fabric).ports().entrySet()) {
            for (String suite : nobody.getSupportedSSLParameters().getCipherSuites()) {
                if (isTaken(nobody, listener.getValue(), suite)) {
                    accepted.computeIfAbsent(listener.getKey(), name -> new TreeSet<>())
                            .add(suite);
                }
            }
        }

        assertThat(accepted).hasSize(4);
        assertThat(accepted.values()).allSatisfy(suites -> assertThat(STRONG).containsAll(suites));
    }

    @Test
    @DisplayName("Kafka's listeners let nobody in without a certificate")
    void kafkaWantsACertificate(TestFabric fabric) throws Exception {
        Map<String, Integer> listeners = Listeners.of(fabric).ports();
        SSLContext nobody = fabric.operatorCredentials().anonymousTls();

        for (String name : Set.of("Kafka CLIENTS", "Kafka CONTROLLER")) {
            // In TLS 1.3 a client has finished before it is told.
            assertThatThrownBy(() -> {
                        try (SSLSocket socket = connect(nobody, listeners.get(name))) {
                            socket.startHandshake();
                            socket.getInputStream().read();
                        }
                    })
                    .as(name)
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("certificate");
        }
    }

    private static boolean isTaken(SSLContext context, int port, String suite) throws IOException {
        try (SSLSocket socket = connect(context, port)) {
            socket.setEnabledProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
            socket.setEnabledCipherSuites(new String[] {suite});
            socket.startHandshake();
            return socket.getSession().getCipherSuite().equals(suite);
        } catch (SSLException | java.net.SocketException refused) {
            return false;
        }
    }

    private static SSLSocket connect(SSLContext context, int port) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port);
        socket.setSoTimeout(10_000);
        return socket;
    }
}
