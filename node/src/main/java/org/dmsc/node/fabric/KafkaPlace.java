package org.dmsc.node.fabric;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
import org.dmsc.tenant.admin.FabricTopics;
import org.dmsc.tenant.admin.Fencing;
import org.dmsc.tenant.admin.KafkaFences;
import org.dmsc.tenant.fence.KafkaIdentity;
import org.dmsc.tenant.fence.KafkaRole;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.kafka.KafkaClients;
import org.dmsc.tenant.kafka.KafkaConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where this process finds Kafka, the broker that it starts itself or one elsewhere, and as whom its parts speak to it. The process with the
 * broker makes the fabric's topics and puts up the fences; with a Kafka that is not the fabric's own, whoever comes first makes the topics.
 */
final class KafkaPlace implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaPlace.class);
    private static final long LONGEST_SECONDS = 20;

    private final FabricConfig config;
    private final NodeKeys keys;
    private final Map<KafkaRole, KafkaIdentity> identities = new EnumMap<>(KafkaRole.class);
    private final Map<KafkaRole, KafkaClients> clients = new EnumMap<>(KafkaRole.class);
    private String bootstrap;
    private List<String> weaknesses = List.of();

    private KafkaPlace(FabricConfig config, NodeKeys keys) {
        this.config = config;
        this.keys = keys;
        this.bootstrap = config.kafka().bootstrap();
    }

    /** A Kafka that answered, with the fabric's own topics. */
    static KafkaPlace open(FabricConfig config, NodeKeys keys, Closing closing) {
        KafkaPlace place = closing.add("kafka identities", new KafkaPlace(config, keys));
        if (config.has(Role.BROKER)) {
            place.startBroker(closing);
        }
        place.requireAnswer();
        place.layTopics();
        place.look();
        return place;
    }

    private void startBroker(Closing closing) {
        Optional<BrokerTls> tls =
                fencing().isUp() ? Optional.of(BrokerTls.of(identity(KafkaRole.BROKER))) : Optional.empty();
        EmbeddedKafka broker = new EmbeddedKafka(new BrokerSettings(
                config.data().resolve("kafka").toAbsolutePath(),
                config.kafka().host(),
                config.kafka().port(),
                tls));
        broker.start();
        closing.add("broker", broker);
        bootstrap = broker.bootstrapServers();
    }

    private void look() {
        if (fencing().isUp()) {
            return;
        }
        if (config.has(Role.BROKER)) {
            weaknesses = List.of(
                    "kafka: kafka.tls is off: every process of this machine can read and write what Kafka holds, but not alter"
                            + " dmsc.audit (leave it on)");
            return;
        }
        try (Admin admin = main().admin()) {
            weaknesses = KafkaWeaknesses.of(KafkaWeaknesses.look(
                    admin, config.kafka().client().getOrDefault("security.protocol", "PLAINTEXT")));
        }
        weaknesses.forEach(weakness -> LOG.atWarn().log(weakness));
    }

    /** What this Kafka keeps less well than the fabric's own would; empty for that one. */
    List<String> weaknesses() {
        return weaknesses;
    }

    private void layTopics() {
        try (Admin admin = main().admin()) {
            if (fencing().isUp() && !config.has(Role.BROKER)) {
                FabricTopics.awaitSystem(admin, Foundation.shape(config));
                return;
            }
            if (fencing().isUp()) {
                new KafkaFences(admin).ensureAll();
            }
            FabricTopics.ensureSystem(admin, Foundation.shape(config));
        }
    }

    /** Whether the fabric's certificates count in this Kafka. */
    Fencing fencing() {
        return config.kafka().tls().isOn() ? Fencing.KAFKA : Fencing.NONE;
    }

    /** Clients of one part of this process. */
    synchronized KafkaClients as(KafkaRole role) {
        return clients.computeIfAbsent(role, r -> {
            Map<String, String> security = new LinkedHashMap<>();
            if (fencing().isUp()) {
                security.putAll(identity(r).properties());
            }
            security.putAll(config.kafka().client());
            return new KafkaClients(new KafkaConnection(bootstrap, security, config.node() + "-"));
        });
    }

    /** Clients for what all parts of this process share: as the role that may do most of those that it has. */
    KafkaClients shared() {
        if (config.isGateway()) {
            return as(KafkaRole.GATEWAY);
        }
        if (config.has(Role.ROUTER)) {
            return as(KafkaRole.ROUTER);
        }
        if (config.has(Role.REGISTRY)) {
            return as(KafkaRole.REGISTRY);
        }
        return as(config.has(Role.AUDIT) ? KafkaRole.AUDIT : KafkaRole.KEYS);
    }

    /** Where it is. */
    String bootstrap() {
        return bootstrap;
    }

    private KafkaClients main() {
        return config.has(Role.BROKER) ? as(KafkaRole.BROKER) : shared();
    }

    private synchronized KafkaIdentity identity(KafkaRole role) {
        return identities.computeIfAbsent(
                role, r -> KafkaIdentity.open(keys.identity(r.kind()), keys.root(), new FabricDomain(config.domain())));
    }

    private void requireAnswer() {
        try (Admin admin = main().admin()) {
            admin.describeCluster().nodes().get(LONGEST_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new NodeException(
                    ExitCode.UNREACHABLE,
                    "kafka.bootstrap: no broker answers at " + bootstrap + ": " + e
                            + " (expected Kafka 4.2 or newer there; check host and port. The fabric's own broker takes this fabric's"
                            + " certificates only: same keys folder, or enrolled in this fabric? Another Kafka needs kafka.tls: false, and kafka.client for its security)",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeException(ExitCode.FAULT, "interrupted while waiting for Kafka at " + bootstrap, e);
        }
    }

    @Override
    public synchronized void close() {
        identities.values().forEach(KafkaIdentity::close);
    }
}
