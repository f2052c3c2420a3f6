package org.dmsc.node.fabric;

import com.linecorp.armeria.common.Flags;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.dmsc.node.config.FabricConfig;
import org.dmsc.node.config.Role;
import org.dmsc.node.host.Accelerations;
import org.dmsc.node.host.FolderLock;
import org.dmsc.node.host.NodeFile;
import org.dmsc.node.host.Version;
import org.dmsc.node.kafka.AuditAlarms;
import org.dmsc.tenant.fence.KafkaRole;
import org.dmsc.tenant.keys.CipherWarmUp;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node: the roles of one process, started in order and closed in reverse.
 *
 * <pre>
 *   data folder ▸ keys ▸ broker ▸ system topics ▸ schemas ▸ tenants and agents read ▸ router, registry, audit ▸ gateway with a lane
 *     ▸ edges listen ▸ node.json ▸ ready
 * </pre>
 */
public final class Fabric implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Fabric.class);

    private final FabricConfig config;
    private final Clock clock;
    private final Closing closing = new Closing();
    private final Health health = new Health();
    private Optional<NodeFile> description = Optional.empty();

    public Fabric(FabricConfig config, Clock clock) {
        this.config = config;
        this.clock = clock;
    }

    /**
     * Returns when the node is ready; what was started before a fault is closed again.
     *
     * @throws org.dmsc.node.host.NodeException with what is wrong and what to do
     */
    public void start() {
        try {
            run();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void run() {
        // First: what comes next fills the queue of the JVM's compilers.
        CipherWarmUp.run();
        closing.add("data folder", FolderLock.take(config.data(), "data folder"));
        NodeFile.delete(config.data());
        requireFreePorts();
        NodeKeys keys = keys();
        KafkaPlace kafka = KafkaPlace.open(config, keys, closing);
        Ports ports = config.roles().equals(java.util.Set.of(Role.BROKER)) ? Ports.NONE : roles(keys, kafka);
        NodeFile file = describe(keys, kafka, ports);
        file.write(config.data());
        closing.add("node.json", () -> NodeFile.delete(config.data()));
        synchronized (this) {
            description = Optional.of(file);
        }
        LOG.atInfo()
                .addKeyValue("node", config.node())
                .addKeyValue("roles", file.roles())
                .log("ready");
    }

    /** Before anything is made: a fault that is known at once should be told at once. */
    private void requireFreePorts() {
        if (config.has(Role.HTTP)) {
            org.dmsc.node.host.Ports.claim(config.http().host(), config.http().port(), "http.port");
        }
        if (config.has(Role.MQTT)) {
            org.dmsc.node.host.Ports.claim(config.mqtt().host(), config.mqtt().port(), "mqtt.port");
            if (config.mqtt().webSocketPort().isPresent()) {
                org.dmsc.node.host.Ports.claim(
                        config.mqtt().host(), config.mqtt().webSocketPort().getAsInt(), "mqtt.websocket-port");
            }
        }
        if (config.has(Role.KEYS)) {
            org.dmsc.node.host.Ports.claim(
                    config.keyService().host(), config.keyService().port(), "key-service.port");
        }
    }

    private NodeKeys keys() {
        SecureRandom random = new SecureRandom();
        return config.enrol().isPresent()
                ? closing.add(
                        "identity", EnrolledKeys.open(config, config.enrol().get(), clock, random))
                : Keyring.open(config, clock, random);
    }

    private Ports roles(NodeKeys keys, KafkaPlace kafka) {
        Foundation foundation = Foundation.lay(config, clock, keys, kafka, closing);
        Metrics metrics = closing.add("metrics", new Metrics());
        if (config.has(Role.BROKER)) {
            metrics.counters("broker", AuditAlarms::counters);
        }
        StreamsRoles streams = new StreamsRoles(foundation, health, closing);
        streams.start(metrics);
        if (!config.isGateway()) {
            Inside inside = inside(foundation, Optional.empty(), streams);
            streams.awaitRunning();
            return new Ports(0, 0, 0, inside);
        }
        GatewayRole gateway = new GatewayRole(foundation, metrics, streams.router(), closing);
        gateway.start(health);
        // Before anything that may wait for other processes: they may wait for keys.
        Inside inside = inside(foundation, Optional.of(gateway), streams);
        gateway.awaitLane();
        streams.awaitRunning();
        Ports opened = gateway.listen(health, new Status(config, kafka));
        return new Ports(opened.http(), opened.mqtt(), opened.est(), inside);
    }

    /** Where other processes of the fabric ask this one. */
    private Inside inside(Foundation foundation, Optional<GatewayRole> gateway, StreamsRoles streams) {
        if (!config.has(Role.KEYS) && !streams.answers()) {
            return Inside.NONE;
        }
        KafkaRole acting = config.has(Role.KEYS) ? KafkaRole.KEYS : KafkaRole.ROUTER;
        PeerGuard guard =
                gateway.map(GatewayRole::guard).orElseGet(() -> PeerGuard.of(foundation, acting, health, closing));
        int keys = config.has(Role.KEYS)
                ? new KeysRole(foundation, foundation.keys().keyring().orElseThrow()).start(guard, closing)
                : 0;
        return new Inside(keys, streams.answer(guard));
    }

    /** Ports for other processes of the fabric; 0: none. */
    record Inside(int keys, int queries) {
        static final Inside NONE = new Inside(0, 0);
    }

    /** Where the edges listen; 0: no such edge. */
    record Ports(int http, int mqtt, int est, Inside inside) {
        static final Ports NONE = new Ports(0, 0, 0, Inside.NONE);
    }

    private NodeFile describe(NodeKeys keys, KafkaPlace kafka, Ports ports) {
        List<String> roles = java.util.Arrays.stream(Role.values())
                .filter(config::has)
                .map(Role::label)
                .toList();
        return new NodeFile(
                config.node(),
                ProcessHandle.current().pid(),
                roles,
                config.domain(),
                ports.http(),
                ports.http() == 0 ? "" : "https://localhost:" + ports.http(),
                ports.mqtt(),
                ports.mqtt() == 0 ? "" : "mqtts://localhost:" + ports.mqtt(),
                ports.est(),
                kafka.bootstrap(),
                kafka.fencing().isUp(),
                config.data().toAbsolutePath().toString(),
                keys.keyring()
                        .map(ring -> config.keys().toAbsolutePath().toString())
                        .orElse(""),
                keys.keyring()
                        .map(ring -> ring.operatorFolder().toAbsolutePath().toString())
                        .orElse(""),
                ports.inside().keys() == 0
                        ? ""
                        : "https://localhost:" + ports.inside().keys(),
                ports.inside().queries(),
                Version.text());
    }

    /** What {@code node.json} says; valid once started. */
    public synchronized NodeFile description() {
        return description.orElseThrow(() -> new IllegalStateException("the node is not ready"));
    }

    /** What is fast here. */
    public Accelerations accelerations() {
        return accelerationsOfThisMachine();
    }

    /** The same, without a node. */
    public static Accelerations accelerationsOfThisMachine() {
        String engine = Flags.tlsEngineType().name();
        String transport = Flags.transportType().name();
        return Accelerations.of(
                new Accelerations.State(engine.equals("OPENSSL"), engine + " at the HTTP edge and with Kafka"),
                new Accelerations.State(!transport.equals("NIO"), transport));
    }

    @Override
    public void close() {
        closing.close();
    }
}
