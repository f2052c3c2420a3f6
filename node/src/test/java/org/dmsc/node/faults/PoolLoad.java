package org.dmsc.node.faults;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A device at a Mosquitto that asks a pool by A2A over MQTT 0.1; the fabric's connector has its share of that pool by a shared subscription,
 * below a prefix because Mosquitto 2.0 serves none whose topic begins with '$'.
 */
final class PoolLoad implements AutoCloseable {

    private static final String PREFIX = "hall-3/$a2a/v1/";
    private static final String REPLIES = PREFIX + "reply/plant/main/out-asker/r1";

    private final Process broker;
    private final int port;
    private final ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger asked = new AtomicInteger();
    private final Set<String> open = ConcurrentHashMap.newKeySet();
    private Optional<Mqtt5AsyncClient> client = Optional.empty();
    private Optional<ScheduledFuture<?>> begun = Optional.empty();

    private PoolLoad(Process broker, int port) {
        this.broker = broker;
        this.port = port;
    }

    /** Mosquitto, where it is installed. */
    static Optional<Path> program() {
        return Stream.concat(
                        Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator)),
                        Stream.of("/usr/sbin", "/usr/local/sbin"))
                .map(folder -> Path.of(folder, "mosquitto"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Starts the broker; it logs next to its configuration. */
    static PoolLoad start(Path program, Path folder) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Path config = Files.writeString(
                folder.resolve("mosquitto.conf"), "listener " + port + " 127.0.0.1\nallow_anonymous true\n");
        Process broker = new ProcessBuilder(program.toString(), "-c", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("mosquitto.log").toFile())
                .start();
        return new PoolLoad(broker, port);
    }

    /** The fabric's side of it, for its configuration file. */
    List<String> connector(String tenant) {
        return List.of(
                "connectors:",
                "  plant:",
                "    url: tcp://127.0.0.1:" + port,
                "    tenant: " + tenant,
                "    org: plant",
                "    prefix: hall-3/",
                "    agents: [out-*]",
                "    pools: [measuring]");
    }

    /** Returns when the device hears its replies. */
    void connect() throws Exception {
        Mqtt5AsyncClient made = MqttClient.builder()
                .useMqttVersion5()
                .identifier("plant/main/out-asker")
                .serverHost("localhost")
                .serverPort(port)
                .buildAsync();
        made.connect().get(30, TimeUnit.SECONDS);
        made.subscribeWith()
                .topicFilter(REPLIES)
                .qos(MqttQos.AT_LEAST_ONCE)
                .callback(reply -> reply.getCorrelationData()
                        .map(data -> StandardCharsets.UTF_8.decode(data).toString())
                        .ifPresent(open::remove))
                .send()
                .get(30, TimeUnit.SECONDS);
        client = Optional.of(made);
    }

    void start(int perSecond) {
        begun = Optional.of(pace.scheduleAtFixedRate(this::ask, 0, 1_000_000 / perSecond, TimeUnit.MICROSECONDS));
    }

    private void ask() {
        String task = UUID.randomUUID().toString();
        open.add(task);
        asked.incrementAndGet();
        String call =
                "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"SendMessage\",\"params\":{\"message\":{\"messageId\":\"m-"
                        + task + "\",\"taskId\":\"" + task
                        + "\",\"role\":\"ROLE_USER\",\"parts\":[{\"text\":\"measure\"}]}}}";
        var unused = client.orElseThrow()
                .publishWith()
                .topic(PREFIX + "request/plant/main/pool/measuring")
                .qos(MqttQos.AT_LEAST_ONCE)
                .responseTopic(REPLIES)
                .correlationData(task.getBytes(StandardCharsets.UTF_8))
                .payload(call.getBytes(StandardCharsets.UTF_8))
                .send();
    }

    /** No new ones; what is open goes on. */
    void pause() {
        begun.ifPresent(future -> future.cancel(false));
    }

    int asked() {
        return asked.get();
    }

    /** Asked and not answered. */
    Set<String> open() {
        return open;
    }

    @Override
    public void close() {
        pace.shutdownNow();
        client.ifPresent(one -> {
            var unused = one.disconnect();
        });
        broker.destroy();
    }
}
