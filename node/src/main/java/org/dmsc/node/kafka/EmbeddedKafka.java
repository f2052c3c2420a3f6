package org.dmsc.node.kafka;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.FolderLock;
import org.dmsc.node.host.NodeException;
import org.dmsc.node.host.Ports;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Kafka broker with its controller (KRaft, combined) inside this JVM. Its folder is formatted once; topics, offsets and transactions
 * survive a restart and {@code kill -9}.
 *
 * <pre>
 *   start: take the folder ▸ check the ports ▸ format (first time only) ▸ end a stale registration (after a kill only) ▸ start ▸ serving
 *   close: stop serving ▸ flush ▸ give the folder free
 * </pre>
 *
 * A fatal fault of the broker ends the whole process: that is Kafka's own rule, and the right one for a node whose only memory is Kafka.
 */
public final class EmbeddedKafka implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedKafka.class);

    private final BrokerSettings settings;
    private Optional<Running> running = Optional.empty();

    private record Running(KafkaRaftServer server, FolderLock lock, int port) {}

    public EmbeddedKafka(BrokerSettings settings) {
        this.settings = settings;
    }

    /**
     * Returns when the broker serves clients.
     *
     * @throws NodeException IN_USE when the folder or a port is taken, FAULT when the broker does not come up
     */
    public synchronized void start() {
        if (running.isPresent()) {
            throw new IllegalStateException("the broker runs already");
        }
        FolderLock lock = FolderLock.take(settings.data(), "Kafka's folder");
        try {
            int port = Ports.claim(settings.host(), settings.port(), "kafka.port");
            int controllerPort = Ports.free("127.0.0.1");
            Properties properties = BrokerProperties.of(settings, port, controllerPort);
            boolean stale = StaleRegistration.mayBeIn(settings.data());
            formatOnce(settings.data());
            if (stale) {
                StaleRegistration.clear(BrokerProperties.controllerOnly(settings, controllerPort));
            }
            KafkaRaftServer server = new KafkaRaftServer(KafkaConfig.fromProps(properties, false), Time.SYSTEM);
            server.startup();
            running = Optional.of(new Running(server, lock, port));
            LOG.atInfo()
                    .addKeyValue("port", port)
                    .addKeyValue("data", settings.data())
                    .log("broker serves");
        } catch (NodeException e) {
            lock.close();
            throw e;
        } catch (RuntimeException e) {
            lock.close();
            throw new NodeException(
                    ExitCode.FAULT,
                    "the embedded broker did not start: " + e.getMessage()
                            + " (expected it to serve; its log lines above say why. Data is untouched in "
                            + settings.data() + ")",
                    e);
        }
    }

    private static void formatOnce(Path data) {
        // Kafka writes this file last: without it an earlier format did not finish, and nothing was ever served from
        // here.
        if (Files.exists(data.resolve("meta.properties"))) {
            return;
        }
        String folder = data.toString();
        Formatter formatter = new Formatter()
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .setNodeId(BrokerProperties.NODE)
                .setClusterId(Uuid.randomUuid().toString())
                .addDirectory(folder)
                .setMetadataLogDirectory(folder)
                .setControllerListenerName("CONTROLLER")
                .setIgnoreFormatted(true)
                .setHasDynamicQuorum(false)
                .setReleaseVersion(MetadataVersion.latestProduction());
        try {
            Files.createDirectories(data);
            formatter.run();
        } catch (IOException e) {
            throw unusable(data, e);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw unusable(data, e);
        }
    }

    private static NodeException unusable(Path data, Exception e) {
        return new NodeException(
                ExitCode.USAGE,
                "Kafka's folder: " + data + " cannot be formatted: " + e
                        + " (expected an empty folder that this user may write)",
                e);
    }

    /** The port that clients use; valid while running. */
    public synchronized int port() {
        return running.orElseThrow(() -> new IllegalStateException("the broker does not run"))
                .port();
    }

    /** {@code host:port} for clients; valid while running. */
    public String bootstrapServers() {
        return settings.host() + ":" + port();
    }

    /** Stops serving and flushes; does nothing when it does not run. */
    @Override
    public synchronized void close() {
        running.ifPresent(r -> {
            running = Optional.empty();
            try {
                r.server().shutdown();
                r.server().awaitShutdown();
            } finally {
                r.lock().close();
            }
        });
    }
}
