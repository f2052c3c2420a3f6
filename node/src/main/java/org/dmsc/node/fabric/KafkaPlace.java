package org.dmsc.node.fabric;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.dmsc.node.config.FabricConfig;
import org.dmsc.node.config.Role;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import org.dmsc.node.kafka.BrokerSettings;
import org.dmsc.node.kafka.BrokerTls;
import org.dmsc.node.kafka.EmbeddedKafka;
import org.dmsc.tenant.kafka.KafkaClients;
import org.dmsc.tenant.kafka.KafkaConnection;
import org.dmsc.tenant.pki.IssuedIdentity;

/** Where this process finds Kafka: the broker that it starts itself, or one elsewhere. */
final class KafkaPlace {

    private static final long LONGEST_SECONDS = 20;

    private KafkaPlace() {}

    /** Clients of a Kafka that answered. */
    static KafkaClients open(FabricConfig config, Keyring keyring, Closing closing) {
        String bootstrap = config.has(Role.BROKER)
                ? embedded(config, keyring, closing)
                : config.kafka().bootstrap();
        KafkaClients clients =
                new KafkaClients(new KafkaConnection(bootstrap, security(config, keyring), config.node() + "-"));
        requireAnswer(clients);
        return clients;
    }

    private static String embedded(FabricConfig config, Keyring keyring, Closing closing) {
        java.util.Optional<BrokerTls> tls =
                config.kafka().tls().isOn() ? java.util.Optional.of(keyring.brokerTls()) : java.util.Optional.empty();
        EmbeddedKafka broker = new EmbeddedKafka(new BrokerSettings(
                config.data().resolve("kafka").toAbsolutePath(),
                config.kafka().host(),
                config.kafka().port(),
                tls));
        broker.start();
        closing.add("broker", broker);
        return broker.bootstrapServers();
    }

    private static Map<String, String> security(FabricConfig config, Keyring keyring) {
        Map<String, String> security = new LinkedHashMap<>();
        if (config.kafka().tls().isOn()) {
            IssuedIdentity me = keyring.node(config.isGateway() || config.has(Role.BROKER) ? "gateway" : "router");
            security.put("security.protocol", "SSL");
            security.put("ssl.enabled.protocols", "TLSv1.3");
            security.put("ssl.keystore.type", "PEM");
            security.put("ssl.keystore.certificate.chain", me.certificatePem());
            security.put("ssl.keystore.key", me.keyPem());
            security.put("ssl.truststore.type", "PEM");
            security.put("ssl.truststore.certificates", keyring.rootPem());
        }
        security.putAll(config.kafka().client());
        return security;
    }

    private static void requireAnswer(KafkaClients clients) {
        String where = clients.connection().bootstrapServers();
        try (Admin admin = clients.admin()) {
            admin.describeCluster().nodes().get(LONGEST_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new NodeException(
                    ExitCode.UNREACHABLE,
                    "kafka.bootstrap: no broker answers at " + where + ": " + e
                            + " (expected Kafka 4.2 or newer there; check host, port, and kafka.tls or kafka.client for its security)",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeException(ExitCode.FAULT, "interrupted while waiting for Kafka at " + where, e);
        }
    }
}
