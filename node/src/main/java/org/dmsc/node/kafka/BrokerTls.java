package org.dmsc.node.kafka;

import java.util.Map;
import org.dmsc.tenant.fence.KafkaIdentity;

/**
 * The broker's identity for mutual TLS.
 *
 * @param properties of its {@link KafkaIdentity}, which must stay open while the broker runs
 */
public record BrokerTls(Map<String, String> properties) {

    public BrokerTls {
        properties = Map.copyOf(properties);
    }

    /** Of an open identity. */
    public static BrokerTls of(KafkaIdentity identity) {
        return new BrokerTls(identity.properties());
    }
}
