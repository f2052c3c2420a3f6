package org.dmsc.node.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.dmsc.bridge.mqtt.broker.Device;
import org.dmsc.bridge.mqtt.connector.AgentNames;
import org.dmsc.bridge.mqtt.connector.OutsideTopics;
import org.dmsc.schemas.AgentId;

/**
 * An outside MQTT broker whose devices are agents of a tenant ({@code docs/mqtt-connector.md}).
 *
 * @param url {@code ssl://host:port}, or {@code tcp://} of this machine
 * @param agents whose word it may bring
 * @param exposed agents of the fabric that its devices see
 * @param files what the broker and we show each other
 */
public record ConnectorConfig(
        String name,
        URI url,
        Device.Version version,
        String clientId,
        OutsideTopics topics,
        AgentNames agents,
        List<AgentId> exposed,
        List<String> pools,
        Files files,
        Duration session,
        int receiveMaximum) {

    /**
     * Where credentials are; read at each connect.
     *
     * @param ca PEM of the CAs that the broker's certificate may have; empty: those of the JVM
     * @param certificate PEM of ours, leaf first; with {@code key}
     */
    public record Files(
            Optional<Path> ca,
            Optional<Path> certificate,
            Optional<Path> key,
            Optional<String> user,
            Optional<Path> password) {}

    public ConnectorConfig {
        exposed = List.copyOf(exposed);
        pools = List.copyOf(pools);
    }
}
