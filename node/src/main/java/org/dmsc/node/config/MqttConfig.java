package org.dmsc.node.config;

import java.util.OptionalInt;

/**
 * Where the MQTT edge listens.
 *
 * @param host address to bind
 * @param port 0 for any free one
 * @param webSocketPort of MQTT over WebSocket, 0 for any free one; empty: it is not offered
 */
public record MqttConfig(String host, int port, OptionalInt webSocketPort) {}
