package org.dmsc.node.host;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * {@code <data>/node.json}: where a running node listens, for the command line and for scripts. It appears when the node is ready and goes
 * when it stops in order; after a kill it is left over, and whoever reads it finds nobody listening.
 *
 * @param httpPort of the HTTP edge, 0 when it has none
 * @param mqttPort of the MQTT edge, 0 when it has none
 * @param bootstrap Kafka, for clients on this machine
 * @param kafkaTls whether it takes certificates of the fabric, and nothing else
 * @param operator folder with the operator's credentials, empty where there is no keys folder
 * @param keysUrl of role keys, empty without it
 * @param queryPort where role router answers gateways, 0 when it does not
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record NodeFile(
        String node,
        long pid,
        List<String> roles,
        String domain,
        int httpPort,
        String httpUrl,
        int mqttPort,
        String mqttUrl,
        int estPort,
        String bootstrap,
        boolean kafkaTls,
        String data,
        String keys,
        String operator,
        String keysUrl,
        int queryPort,
        String version) {

    private static final String NAME = "node.json";
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    public NodeFile {
        roles = List.copyOf(roles);
    }

    /** What the node of this folder says; empty when none is ready there. */
    public static Optional<NodeFile> read(Path data) {
        Path file = data.resolve(NAME);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(JSON.readValue(Files.readAllBytes(file), NodeFile.class));
        } catch (IOException e) {
            throw new NodeException(
                    ExitCode.USAGE,
                    file + ": is not what a node writes: " + e.getMessage() + " (remove it, and start the node again)",
                    e);
        }
    }

    /** Puts it there, whole. */
    public void write(Path data) {
        try {
            Path temporary = Files.createTempFile(data, ".node", ".tmp");
            Files.write(temporary, JSON.writeValueAsBytes(this));
            Files.move(
                    temporary, data.resolve(NAME), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(data.resolve(NAME) + " cannot be written", e);
        }
    }

    /** Takes it away. */
    public static void delete(Path data) {
        try {
            Files.deleteIfExists(data.resolve(NAME));
        } catch (IOException e) {
            throw new UncheckedIOException(data.resolve(NAME) + " cannot be deleted", e);
        }
    }

    /** Settings with which the operator's Kafka clients reach the fabric's Kafka; without security where it has none of the fabric's. */
    public Map<String, Object> kafkaClient() {
        Properties properties = new Properties();
        if (kafkaTls) {
            Path file = Path.of(operator).resolve("kafka.properties");
            try (Reader text = Files.newBufferedReader(file)) {
                properties.load(text);
            } catch (IOException e) {
                throw new NodeException(
                        ExitCode.USAGE,
                        file + ": cannot be read: " + e.getMessage() + " (expected the keys folder of the fabric)",
                        e);
            }
        }
        Map<String, Object> client = new HashMap<>();
        properties.forEach((key, value) -> client.put(String.valueOf(key), value));
        client.put("bootstrap.servers", bootstrap);
        return client;
    }

    /** As JSON text. */
    public String json() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record of plain values must be writable", e);
        }
    }
}
