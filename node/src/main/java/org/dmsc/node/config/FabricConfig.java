package org.dmsc.node.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Everything a node is told. What the YAML file can say, this constructor can say.
 *
 * @param data the node's own folder: Kafka's log, state stores, {@code node.json}
 * @param keys certificates, vaults, token keys and secrets; shared by the processes of one fabric
 * @param node this process's name in certificates, records and logs
 * @param domain the fabric's DNS domain: agents are {@code spiffe://<tenant>.<domain>/agent/<agent>}
 * @param lanes partitions of each tenant topic, fixed when the fabric is made
 * @param replication copies of each topic
 * @param est where EST alone listens, with TLS 1.2 beside 1.3; empty: on the HTTP edge only, with 1.3
 * @param vault where tenants' root keys are
 * @param authorities where the keys of the certificate authorities are
 * @param keyService where role keys listens
 * @param queries how gateways look tasks up in routers of other processes
 * @param enrol how a process that has no keys folder gets what it needs; empty: it has one
 * @param connectors outside MQTT brokers
 * @param witnesses who are shown the heads of the operator log
 * @param embeddings a model of meaning that gateways ask; empty: none
 * @param schemaRegistry an outside Confluent-compatible registry; empty: ids come from a topic
 */
public record FabricConfig(
        Path data,
        Path keys,
        Set<Role> roles,
        String node,
        String domain,
        int lanes,
        short replication,
        KafkaConfig kafka,
        HttpConfig http,
        MqttConfig mqtt,
        Optional<EdgeConfig> est,
        Optional<URI> schemaRegistry,
        Limits limits,
        FetchConfig fetch,
        VaultConfig vault,
        VaultConfig authorities,
        EdgeConfig keyService,
        QueryConfig queries,
        Optional<EnrolConfig> enrol,
        List<ConnectorConfig> connectors,
        List<WitnessConfig> witnesses,
        Optional<EmbeddingsConfig> embeddings) {

    /**
     * How much and how long.
     *
     * @param maxBodyBytes largest body that an edge takes
     * @param certificateLife of node and operator certificates; renewed at each start
     */
    public record Limits(long maxBodyBytes, Duration certificateLife) {}

    public FabricConfig {
        roles = Set.copyOf(EnumSet.copyOf(roles));
        connectors = List.copyOf(connectors);
        witnesses = List.copyOf(witnesses);
    }

    /** Whether this process does that. */
    public boolean has(Role role) {
        return roles.contains(role);
    }

    /** Whether this process has an edge, and so takes part in the lanes. */
    public boolean isGateway() {
        return roles.stream().anyMatch(Role::isGateway);
    }
}
