package org.dmsc.node.config;

import java.util.Map;

/**
 * Where Kafka is.
 *
 * @param bootstrap {@code host:port,…} of an outside cluster or of another node's broker; empty for the broker in this process
 * @param host address that the embedded broker listens on
 * @param port of the embedded broker, 0 for any free one
 * @param tls the embedded broker asks for certificates of the fabric's nodes; for its clients too
 * @param client settings for Kafka clients of an outside cluster, e.g. {@code security.protocol}
 */
public record KafkaConfig(String bootstrap, String host, int port, Toggle tls, Map<String, String> client) {

    public KafkaConfig {
        client = Map.copyOf(client);
    }

    /** Values may be passwords. */
    @Override
    public String toString() {
        return "KafkaConfig[bootstrap=" + bootstrap + ", host=" + host + ", port=" + port + ", tls=" + tls + ", client="
                + client.keySet() + "]";
    }
}
