package org.dmsc.bridge.mqtt.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.pki.Pem;

/** Somebody else's broker: a Mosquitto of its own, with TLS 1.3 and client certificates. Needs the distribution's package. */
public final class Mosquitto implements AutoCloseable {

    private final SharedEdge.Edge edge;
    private final Path folder;
    private final Process process;
    private final int port;

    private Mosquitto(SharedEdge.Edge edge, Path folder, Process process, int port) {
        this.edge = edge;
        this.folder = folder;
        this.process = process;
        this.port = port;
    }

    /** The program, where there is one. */
    public static Optional<Path> program() {
        return Stream.concat(
                        Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator)),
                        Stream.of("/usr/sbin", "/usr/local/sbin"))
                .map(folder -> Path.of(folder, "mosquitto"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    public static Mosquitto start(SharedEdge.Edge edge) throws Exception {
        Path folder = Files.createTempDirectory("dmsc-mosquitto");
        // Mosquitto gives up root's rights before it reads its key.
        folder.toFile().setExecutable(true, false);
        IssuedIdentity identity = edge.pki.issueNode(
                "gateway", "mosquitto", List.of("localhost"), List.of("127.0.0.1"), Duration.ofDays(1));
        Files.writeString(folder.resolve("root.pem"), Pem.of(edge.pki.root()));
        Files.writeString(folder.resolve("broker.pem"), identity.certificatePem());
        Files.writeString(folder.resolve("broker.key"), identity.keyPem());
        int port;
        try (java.net.ServerSocket free = new java.net.ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Files.writeString(
                folder.resolve("mosquitto.conf"),
                """
                listener %d 127.0.0.1
                cafile %s/root.pem
                certfile %s/broker.pem
                keyfile %s/broker.key
                tls_version tlsv1.3
                require_certificate true
                allow_anonymous true
                persistence false
                """.formatted(port, folder, folder, folder) + (isRoot() ? "user root\n" : ""));
        Process process = new ProcessBuilder(
                        program().orElseThrow().toString(),
                        "-v",
                        "-c",
                        folder.resolve("mosquitto.conf").toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        Mosquitto broker = new Mosquitto(edge, folder, process, port);
        Eventually.isTrue("mosquitto runs: " + folder, () -> broker.log().contains("running") || !process.isAlive());
        return broker;
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    public String uri() {
        return "ssl://localhost:" + port;
    }

    public String log() throws IOException {
        return Files.readString(folder.resolve("log"));
    }

    /** A certificate that it takes; which names it shows is nobody's business there. */
    public SSLContext tls() throws Exception {
        return edge.tls(Optional.of(edge.pki.issueNode("gateway", "guest", List.of(), List.of(), Duration.ofHours(1))));
    }

    public Paho5 device(String name) throws Exception {
        return Paho5.connect(uri(), name, tls(), options -> {});
    }

    @Override
    public void close() throws Exception {
        process.destroy();
        process.waitFor(10, TimeUnit.SECONDS);
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
