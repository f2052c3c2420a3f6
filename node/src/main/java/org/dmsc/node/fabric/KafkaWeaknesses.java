package org.dmsc.node.fabric;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.SecurityDisabledException;

/**
 * What a Kafka that is not the fabric's own keeps less well than the embedded broker does. It is told at start and by {@code dmsc doctor};
 * nothing of it keeps a node from starting, because the administrator of that cluster may have reasons, or other fences.
 */
final class KafkaWeaknesses {

    private static final long LONGEST_SECONDS = 10;

    private KafkaWeaknesses() {}

    /** Whether a cluster checks who may do what. */
    enum Authorizer {
        ON,
        OFF,
        /** It did not say. */
        UNKNOWN
    }

    /**
     * What was seen of a cluster.
     *
     * @param protocol {@code security.protocol} of the fabric's clients
     * @param broker settings of one broker; empty when it did not say
     */
    record Seen(String protocol, Authorizer authorizer, int brokers, Map<String, String> broker) {

        Seen {
            broker = Map.copyOf(broker);
        }
    }

    /** Each in words, with the remedy; empty when there is nothing to say. Pure. */
    static List<String> of(Seen seen) {
        List<String> found = new ArrayList<>();
        if (!seen.protocol().endsWith("SSL")) {
            found.add("kafka: no TLS to it (" + seen.protocol()
                    + "): payloads are sealed, but whoever is on the network sees topic names, keys and times, and can write (set"
                    + " kafka.client.security.protocol to SSL or SASL_SSL)");
        }
        if (seen.authorizer() == Authorizer.OFF) {
            found.add("kafka: no authorizer: every client of the cluster can write decisions and delete dmsc.audit (set"
                    + " authorizer.class.name, and ACLs as docs/security.md has them)");
        } else if (seen.authorizer() == Authorizer.UNKNOWN) {
            found.add("kafka: its ACLs may not be read by this node: compare them with docs/security.md");
        }
        found.add(
                "kafka: dmsc.audit can be deleted and altered by administrators of the cluster; the embedded broker refuses them too (keep"
                        + " exported checkpoints elsewhere)");
        if (seen.brokers() < 3) {
            found.add("kafka: " + seen.brokers()
                    + " broker(s): one lost disk loses what was acknowledged (expected 3 or more)");
        }
        broker(seen.broker(), found);
        return List.copyOf(found);
    }

    private static void broker(Map<String, String> broker, List<String> found) {
        if ("true".equals(broker.get("unclean.leader.election.enable"))) {
            found.add("kafka: unclean.leader.election.enable=true: acknowledged records can be lost (expected false)");
        }
        if ("true".equals(broker.get("auto.create.topics.enable"))) {
            found.add("kafka: auto.create.topics.enable=true: a client's typing error makes a topic (expected false)");
        }
        if (broker.containsKey("alter.config.policy.class.name")
                && broker.getOrDefault("alter.config.policy.class.name", "").isEmpty()) {
            found.add("kafka: no alter.config.policy.class.name: the retention of dmsc.audit can be shortened");
        }
    }

    /** Asks the cluster; what it does not answer in time is unknown. */
    static Seen look(Admin admin, String protocol) {
        Collection<Node> nodes = answer(admin.describeCluster().nodes(), List.of());
        Map<String, String> broker = new HashMap<>();
        nodes.stream().findFirst().ifPresent(node -> {
            ConfigResource resource = new ConfigResource(ConfigResource.Type.BROKER, node.idString());
            answer(
                            admin.describeConfigs(List.of(resource)).all(),
                            Map.<ConfigResource, org.apache.kafka.clients.admin.Config>of())
                    .values()
                    .forEach(config ->
                            config.entries().forEach(entry -> broker.put(entry.name(), String.valueOf(entry.value()))));
        });
        return new Seen(protocol, authorizer(admin), nodes.size(), broker);
    }

    private static Authorizer authorizer(Admin admin) {
        try {
            admin.describeAcls(AclBindingFilter.ANY).values().get(LONGEST_SECONDS, TimeUnit.SECONDS);
            return Authorizer.ON;
        } catch (ExecutionException e) {
            return e.getCause() instanceof SecurityDisabledException ? Authorizer.OFF : Authorizer.UNKNOWN;
        } catch (TimeoutException e) {
            return Authorizer.UNKNOWN;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Authorizer.UNKNOWN;
        }
    }

    private static <T> T answer(Future<T> future, T otherwise) {
        try {
            return future.get(LONGEST_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return otherwise;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return otherwise;
        }
    }
}
