package org.dmsc.bridge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.dmsc.bridge.mqtt.testing.Paho5;
import org.dmsc.bridge.mqtt.testing.SharedEdge;
import org.dmsc.bridge.mqtt.testing.SharedEdge.Edge;
import org.dmsc.schemas.AgentRef;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The MQTT listener's certificate is exchanged while devices are connected. HiveMQ looks at its key store every ten seconds, hence long: 200 take 35 minutes. */
@Tag("long")
@Timeout(3600)
@ExtendWith(SharedEdge.class)
final class RotationTest {

    private static final int TIMES = Integer.getInteger("dmsc.rotations", 200);
    private static final long WITHIN_NANOS = Duration.ofSeconds(20).toNanos();

    @Test
    @DisplayName("case 23: HiveMQ's key store renewed under load: no device is cut, every connection is let in")
    void renewsUnderLoad(Edge edge) throws Exception {
        AgentRef agent = edge.agent("acme", "standing");
        int connections = 0;
        try (Paho5 standing = Paho5.connect(edge, agent)) {
            for (int i = 0; i < TIMES; i++) {
                IssuedIdentity next = edge.pki.issueNode(
                        "gateway", "g1", List.of("localhost"), List.of("127.0.0.1"), Duration.ofDays(1));
                edge.edge.replaceIdentity(next);
                long end = System.nanoTime() + WITHIN_NANOS;
                X509Certificate seen = shown(edge);
                while (!seen.equals(next.leaf())) {
                    assertThat(System.nanoTime()).as("renewed within 20 s").isLessThan(end);
                    try (Paho5 device = Paho5.connect(edge, edge.agent("acme", "passing"))) {
                        assertThat(device.isConnected()).isTrue();
                        connections++;
                    }
                    seen = shown(edge);
                }
                assertThat(standing.isConnected()).isTrue();
                standing.subscribe("dmsc/v1/acme/" + agent.agent() + "/in");
            }
        }
        System.out.println("HiveMQ's certificate: " + TIMES + " renewals, " + connections
                + " devices came meanwhile, none refused or cut");
    }

    private static X509Certificate shown(Edge edge) throws Exception {
        SSLContext nobody = edge.tls(Optional.empty());
        URI at = URI.create(edge.uri());
        try (SSLSocket socket = (SSLSocket) nobody.getSocketFactory().createSocket(at.getHost(), at.getPort())) {
            socket.setSoTimeout(10_000);
            socket.startHandshake();
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }
}
