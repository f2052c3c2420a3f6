package org.dmsc.bridge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.dmsc.bridge.mqtt.broker.BrokerSettings;
import org.dmsc.bridge.mqtt.testing.SharedEdge;
import org.dmsc.bridge.mqtt.testing.SharedEdge.Edge;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(SharedEdge.class)
final class LauncherTest {

    @Test
    void refusesAPortThatIsTaken(Edge edge, @TempDir Path folder) throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            BrokerSettings settings =
                    new BrokerSettings("127.0.0.1", taken.getLocalPort(), folder.resolve("mqtt"), 1_000_000, 10);
            try (MqttEdge second = new MqttEdge(edge.parts(settings))) {
                assertThatThrownBy(second::start).isInstanceOfSatisfying(RefusedException.class, e -> {
                    assertThat(e.refusal()).isEqualTo(Refusal.INVALID_CONFIGURATION);
                    assertThat(e.sentence()).contains(String.valueOf(taken.getLocalPort()), "another process");
                });
            }
        }
    }

    @Test
    void speaksNothingBelowTls13(Edge edge) throws Exception {
        try (SSLSocket socket = (SSLSocket)
                javax.net.ssl.SSLContext.getDefault().getSocketFactory().createSocket("127.0.0.1", edge.edge.port())) {
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});

            assertThatThrownBy(socket::startHandshake)
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("protocol_version");
        }
    }

    @Test
    void closesPlaintextConnections(Edge edge) throws Exception {
        byte[] connect = {0x10, 0x0c, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 0};
        try (Socket socket = new Socket("127.0.0.1", edge.edge.port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(connect);
            socket.getOutputStream().flush();

            int first = socket.getInputStream().read();

            // End of stream or a TLS alert: never a CONNACK (0x20).
            assertThat(first).isIn(-1, 0x15);
        }
    }

    @Test
    void keepsKeysAndConfigurationForItsOwnerAlone(Edge edge) throws Exception {
        try (Stream<Path> files = Files.walk(edge.workFolder())) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(LauncherTest::isSecret)
                    .toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .as(file.toString())
                        .isEqualTo("rw-------");
            }
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(edge.workFolder())))
                .isEqualTo("rwx------");
    }

    @Test
    void leavesNoUncaughtExceptionHandlerBehind(Edge edge) {
        assertThat(edge.edge.port()).isPositive();
        assertThat(Thread.getDefaultUncaughtExceptionHandler()).isNull();
    }

    private static boolean isSecret(Path file) {
        return file.toString().endsWith(".p12") || file.endsWith("config.xml");
    }
}
