package org.dmsc.tenant.kafka;

import java.util.Map;
import java.util.TreeSet;

/**
 * How to reach Kafka.
 *
 * @param bootstrapServers {@code host:port,…}
 * @param security client properties such as {@code security.protocol} and {@code ssl.keystore.location}; may hold passwords
 * @param clientIdPrefix begins every client id, so that broker logs and quotas name this process
 */
public record KafkaConnection(String bootstrapServers, Map<String, String> security, String clientIdPrefix) {

    public KafkaConnection {
        security = Map.copyOf(security);
        if (bootstrapServers.isBlank()) {
            throw new IllegalArgumentException("kafka bootstrap servers: '' (expected host:port[,host:port…])");
        }
    }

    /** Without security, as on the embedded broker's loopback listener. */
    public static KafkaConnection plain(String bootstrapServers, String clientIdPrefix) {
        return new KafkaConnection(bootstrapServers, Map.of(), clientIdPrefix);
    }

    @Override
    public String toString() {
        return "KafkaConnection[" + bootstrapServers + ", security keys " + new TreeSet<>(security.keySet()) + ", "
                + clientIdPrefix + "]";
    }
}
