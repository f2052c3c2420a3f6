package org.dmsc.node.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.dmsc.node.config.ConfigReader;
import org.dmsc.node.fabric.Fabric;
import org.dmsc.node.host.NodeFile;

/** A whole fabric in this JVM, in a temporary folder, on free ports; everything else about it is real. */
public final class TestFabric implements AutoCloseable {

    private static final YAMLMapper YAML = new YAMLMapper();

    private final Path folder;
    private final Map<String, String> settings;
    private Fabric fabric;

    private TestFabric(Path folder, Map<String, String> settings, Fabric fabric) {
        this.folder = folder;
        this.settings = settings;
        this.fabric = fabric;
    }

    /** With settings beside ports and folder, e.g. {@code lanes}. */
    public static TestFabric start(Map<String, String> more) {
        try {
            Path folder = Files.createTempDirectory("dmsc-test");
            Map<String, String> settings = new LinkedHashMap<>(Map.of(
                    "data",
                    folder.toString(),
                    "http.port",
                    "0",
                    "mqtt.port",
                    "0",
                    "kafka.port",
                    "0",
                    "est.port",
                    "0",
                    "node",
                    "test"));
            settings.putAll(more);
            return new TestFabric(folder, settings, run(settings));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Fabric run(Map<String, String> settings) {
        Fabric fabric = new Fabric(ConfigReader.read(Optional.empty(), settings), Clock.systemUTC());
        fabric.start();
        return fabric;
    }

    /** Stops it in order and starts it again on its data. */
    public void restart() {
        fabric.close();
        fabric = run(settings);
    }

    public NodeFile description() {
        return fabric.description();
    }

    public String httpUrl() {
        return description().httpUrl();
    }

    public Path folder() {
        return folder;
    }

    public Participant operator() {
        return new Participant(httpUrl(), operatorCredentials().tls());
    }

    public Credentials operatorCredentials() {
        try {
            return Credentials.of(Path.of(description().operator()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes a tenant by the configuration API. */
    public void createTenant(String tenant) {
        Answer made = operator()
                .post("/v1/config/tenants", Participant.JSON.createObjectNode().put("tenant", tenant));
        require(made.status() / 100 == 2, "tenant " + tenant + ": " + made);
    }

    /** Makes the document, YAML without its first line, the tenant's. */
    public Answer apply(String tenant, String yaml) {
        try {
            ObjectNode document = (ObjectNode) YAML.readTree(yaml.isBlank() ? "{}" : yaml);
            Answer applied = operator().put("/v1/config/tenants/" + tenant, document.put("tenant", tenant));
            require(applied.status() / 100 == 2, "document of " + tenant + ": " + applied);
            return applied;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(yaml, e);
        }
    }

    /** Issues an agent's identity by the configuration API. */
    public Credentials addAgent(String tenant, String agent) {
        Answer issued = operator()
                .post(
                        "/v1/config/tenants/" + tenant + "/agents/" + agent + "/credentials",
                        Participant.JSON.createObjectNode());
        require(issued.status() / 100 == 2, "agent " + agent + ": " + issued);
        return Credentials.of(issued.body());
    }

    /** Somebody who shows nothing. */
    public Participant anonymous() {
        return new Participant(httpUrl(), operatorCredentials().anonymousTls());
    }

    /** Somebody with these credentials. */
    public Participant as(Credentials credentials) {
        return new Participant(httpUrl(), credentials.tls());
    }

    /** Starts an HTTPS agent and registers it by posting its card. */
    public HttpAgent register(Credentials credentials, String agent, HttpAgent server, JsonNode card) {
        Answer registered = as(credentials).post("/v1/agents/" + agent, card);
        require(registered.status() / 100 == 2, "registration of " + agent + ": " + registered);
        return server;
    }

    /** Waits for something to become true, at most 30 s; tests assert on the event, never on the time. */
    public static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + java.time.Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            require(System.nanoTime() < end, "did not happen within 30 s: " + what);
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
        }
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }

    @Override
    public void close() {
        fabric.close();
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
