package org.dmsc.node.cli;

import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.dmsc.node.config.ConfigReader;
import org.dmsc.node.config.FabricConfig;
import org.dmsc.node.fabric.Fabric;
import org.dmsc.node.host.NodeFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dmsc up}: runs a node until it is told to stop. */
@Command(
        name = "up",
        description =
                "Starts a node and runs it until it is stopped. Without options: a whole fabric in one process, on loopback.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class UpCommand implements Callable<Integer> {

    @Option(names = "--config", paramLabel = "FILE", description = "YAML file; keys in docs/configuration.md")
    private @Nullable Path file;

    @Option(
            names = "--roles",
            paramLabel = "ROLES",
            description = "some of broker,http,mqtt,router,registry,audit,keys (default: all but keys)")
    private @Nullable String roles;

    @Option(
            names = "--kafka",
            paramLabel = "HOST:PORT",
            description = "Kafka that runs elsewhere, instead of role broker")
    private @Nullable String kafka;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "this node's own folder (default: $DMSC_DATA, else ~/.dmsc)")
    private @Nullable String data;

    @Option(
            names = "--keys",
            paramLabel = "DIR",
            description = "certificates and keys, shared by the fabric's processes (default: <data>/keys)")
    private @Nullable String keys;

    @Option(
            names = "--node",
            paramLabel = "NAME",
            description = "this process's name; no two of a fabric may share it (default: node-1)")
    private @Nullable String node;

    @Option(names = "--http-port", paramLabel = "PORT", description = "0 for any (default: 8443)")
    private @Nullable String httpPort;

    @Option(names = "--mqtt-port", paramLabel = "PORT", description = "0 for any (default: 8883)")
    private @Nullable String mqttPort;

    @Option(
            names = "--kafka-port",
            paramLabel = "PORT",
            description = "of role broker (default: any; 19092 when it is the only role)")
    private @Nullable String kafkaPort;

    @Option(names = "--key-port", paramLabel = "PORT", description = "of role keys; 0 for any (default: 8446)")
    private @Nullable String keyPort;

    @Option(
            names = "--enrol",
            paramLabel = "TOKEN",
            description = "what 'dmsc node invite NAME --roles ROLES' printed: instead of a keys folder; needed once")
    private @Nullable String enrol;

    @Option(
            names = "--gateway",
            paramLabel = "URL",
            description = "where to enrol and to renew: https://host:8443 of a node with the keys folder")
    private @Nullable String gateway;

    @Option(names = "--ca", paramLabel = "FILE", description = "the fabric's root certificate, to know the gateway by")
    private @Nullable String ca;

    @Option(
            names = "--keys-node",
            paramLabel = "URL",
            description = "a node with role keys (default: the gateway's host, port 8446)")
    private @Nullable String keysNode;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "any key of the configuration, e.g. --set domain=fabric.example.org")
    private Map<String, String> settings = Map.of();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() throws InterruptedException {
        long begun = System.nanoTime();
        FabricConfig config = ConfigReader.read(Optional.ofNullable(file), overrides());
        Fabric fabric = new Fabric(config, Clock.systemUTC());
        CountDownLatch stopped = new CountDownLatch(1);
        Thread stop = new Thread(
                () -> {
                    fabric.close();
                    stopped.countDown();
                },
                "stop");
        Runtime.getRuntime().addShutdownHook(stop);
        fabric.start();
        announce(fabric, config, (System.nanoTime() - begun) / 1_000_000);
        stopped.await();
        return 0;
    }

    private Map<String, String> overrides() {
        Map<String, @Nullable String> given = new LinkedHashMap<>();
        given.put("roles", roles);
        given.put("kafka.bootstrap", kafka);
        given.put(
                "data",
                Optional.ofNullable(data)
                        .orElseGet(() -> file == null ? Target.defaultData().toString() : null));
        given.put("keys", keys);
        given.put("node", node);
        given.put("http.port", httpPort);
        given.put("mqtt.port", mqttPort);
        given.put("kafka.port", kafkaPort);
        given.put("key-service.port", keyPort);
        given.put("enrol.token", enrol);
        given.put("enrol.gateway", gateway);
        given.put("enrol.ca", ca);
        given.put("enrol.keys-node", keysNode);
        Map<String, String> overrides = new LinkedHashMap<>(settings);
        given.forEach((key, value) -> Optional.ofNullable(value).ifPresent(v -> overrides.put(key, v)));
        return overrides;
    }

    private void announce(Fabric fabric, FabricConfig config, long millis) {
        NodeFile node = fabric.description();
        if (output.isJson()) {
            output.line(node.json());
            return;
        }
        output.line("dmsc " + node.version() + ": node " + node.node() + " is ready after "
                + String.format("%.1f", millis / 1000.0) + " s (" + String.join(", ", node.roles()) + ")");
        output.line("");
        address("HTTP ", node.httpUrl(), "A2A as JSON-RPC and HTTP+JSON, agents, configuration");
        address("MQTT ", node.mqttUrl(), "A2A over MQTT 5; MQTT 3.1.1");
        address("Kafka", node.bootstrap(), "");
        address("Keys ", node.keysUrl(), "data keys for processes without a keys folder");
        config.enrol()
                .ifPresent(enrol -> address(
                        "Admin", enrol.gateway().toString(), "operators, enrolment and tokens are there, not here"));
        address("Data ", node.data(), "");
        address("Keys ", node.keys(), "");
        fabric.accelerations().lines().forEach(line -> output.line("  Speed  " + line));
        output.line("");
        if (node.httpPort() > 0 && !node.operator().isEmpty()) {
            firstTask(node);
        }
        output.line("Stop it with Ctrl-C; the data stays.");
    }

    private void address(String what, String where, String remark) {
        if (!where.isEmpty()) {
            output.line("  " + what + "  " + where + (remark.isEmpty() ? "" : "   " + remark));
        }
    }

    private void firstTask(NodeFile node) {
        String folder =
                Path.of(node.data()).equals(Target.defaultData().toAbsolutePath()) ? "" : " --data " + node.data();
        output.line("The first task, from another shell:");
        for (String line : List.of(
                "dmsc tenant create acme" + folder,
                "dmsc agent add acme/alice" + folder,
                "dmsc task send" + folder + " --as " + node.data() + "/agents/acme/alice \"what can you do?\"")) {
            output.line("  " + line);
        }
        output.line(
                "It ends as NO_CANDIDATE until an agent has registered: README.md shows how, 'dmsc demo' shows it all.");
        output.line("");
    }
}
