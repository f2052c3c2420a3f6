package org.dmsc.bridge.mqtt.broker;

import java.nio.file.Path;
import java.util.OptionalInt;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * How the broker listens.
 *
 * @param port 0 for any free one
 * @param webSocketPort of MQTT over WebSocket, at {@code /mqtt}; 0 for any free one, empty for none
 * @param workFolder where the broker's configuration and key files are written; nothing that is sent passes through it
 * @param maxPacketBytes the largest MQTT packet taken
 */
public record BrokerSettings(
        String bindAddress,
        int port,
        OptionalInt webSocketPort,
        Path workFolder,
        int maxPacketBytes,
        int maxConnections) {

    private static final int HIGHEST_PORT = 65_535;
    private static final int LARGEST_PACKET = 268_435_460;

    public BrokerSettings {
        require(port >= 0 && port <= HIGHEST_PORT, "mqtt port: " + port + " (expected 0 to " + HIGHEST_PORT + ")");
        webSocketPort.ifPresent(web -> require(
                web >= 0 && web <= HIGHEST_PORT && (web == 0 || web != port),
                "mqtt websocket port: " + web + " (expected 0 to " + HIGHEST_PORT + ", another than mqtt port)"));
        require(
                maxPacketBytes >= 1024 && maxPacketBytes <= LARGEST_PACKET,
                "mqtt max-packet-bytes: " + maxPacketBytes + " (expected 1024 to " + LARGEST_PACKET + ")");
        require(maxConnections > 0, "mqtt max-connections: " + maxConnections + " (expected at least 1)");
        require(!bindAddress.isBlank(), "mqtt bind-address is empty (expected an address such as 127.0.0.1)");
    }

    /** Without MQTT over WebSocket. */
    public BrokerSettings(String bindAddress, int port, Path workFolder, int maxPacketBytes, int maxConnections) {
        this(bindAddress, port, OptionalInt.empty(), workFolder, maxPacketBytes, maxConnections);
    }

    BrokerSettings withPorts(int other, OptionalInt otherWebSocket) {
        return new BrokerSettings(bindAddress, other, otherWebSocket, workFolder, maxPacketBytes, maxConnections);
    }

    private static void require(boolean holds, String sentence) {
        if (!holds) {
            throw new RefusedException(Refusal.INVALID_CONFIGURATION, sentence);
        }
    }
}
