package org.dmsc.node.kafka;

/**
 * The broker's identity for mutual TLS, all PEM.
 *
 * @param chain leaf first, without the root
 * @param key PKCS#8, not encrypted; stays in memory
 * @param trust the root that clients must chain to
 */
public record BrokerTls(String chain, String key, String trust) {

    @Override
    public String toString() {
        return "BrokerTls[redacted]";
    }
}
