package org.dmsc.node.fabric;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dmsc.node.config.FabricConfig;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import org.dmsc.schemas.registry.RestSchemaRegistry;
import org.dmsc.schemas.registry.SchemaRegistry;
import org.dmsc.schemas.registry.TopicSchemaRegistry;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.tenant.admin.FabricShape;
import org.dmsc.tenant.admin.KeyPurge;
import org.dmsc.tenant.directory.CapabilityIndex;
import org.dmsc.tenant.directory.KafkaAgents;
import org.dmsc.tenant.directory.KafkaExperiences;
import org.dmsc.tenant.directory.KafkaTenants;
import org.dmsc.tenant.embed.Nearness;
import org.dmsc.tenant.embed.SkillMeanings;
import org.dmsc.tenant.kafka.KafkaClients;
import org.dmsc.tenant.keys.AesGcmEnvelopeCipher;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.keys.KeyClass;
import org.dmsc.tenant.policy.SealedPolicies;

/**
 * What every role but the broker stands on: Kafka clients, schemas, and what is known of tenants and agents, read to its end.
 *
 * @param kafka clients of each role: a role's own topics take nobody else's
 * @param routing opens and seals routing parts only, for those who keep views of topics
 * @param experiences what tenants' finished tasks taught; may still be reading
 * @param meanings a model of meaning that gateways ask; empty where the operator names none
 * @param purge makes ciphers obey tenants' records; every cipher of the process MUST be added to it
 */
record Foundation(
        FabricConfig config,
        Clock clock,
        SecureRandom random,
        NodeKeys keys,
        KafkaPlace kafka,
        AvroCodec codec,
        Envelopes routing,
        KafkaTenants tenants,
        SealedPolicies policies,
        KafkaAgents agents,
        CapabilityIndex index,
        KafkaExperiences experiences,
        Optional<SkillMeanings> meanings,
        KeyPurge purge) {

    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final Duration ENOUGH_LEARNT = Duration.ofSeconds(3);
    private static final int FEATURE_BYTES = 150;

    static Foundation lay(FabricConfig config, Clock clock, NodeKeys keys, KafkaPlace kafka, Closing closing) {
        SecureRandom random = new SecureRandom();
        KafkaClients clients = kafka.shared();
        AvroCodec codec = new AvroCodec(closing.add("schema registry", registry(config, clients)));
        AesGcmEnvelopeCipher cipher = keys.cipher(Set.of(KeyClass.ROUTING), NodeKeys.Reader.VIEW);
        Envelopes routing = new Envelopes(cipher, codec);
        KafkaTenants tenants = closing.add("tenants", new KafkaTenants(clients, codec));
        KafkaAgents agents = closing.add("agents", new KafkaAgents(clients, codec, routing));
        CapabilityIndex index = new CapabilityIndex();
        index.follow(agents);
        KafkaExperiences experiences =
                closing.add("models", new KafkaExperiences(clients, codec, routing, mostFeatures()));
        // Compiled before anybody else hears of a change.
        SealedPolicies policies = new SealedPolicies(tenants, routing);
        policies.start();
        Optional<SkillMeanings> meanings = Embeddings.of(config, tenants, policies, agents, clock);
        KeyPurge purge = new KeyPurge(clients, codec, tenants, config.node(), clock);
        purge.add(cipher);
        purge.start();
        tenants.start();
        agents.start();
        experiences.start();
        caughtUp(tenants, agents);
        learnt(experiences);
        return new Foundation(
                config,
                clock,
                random,
                keys,
                kafka,
                codec,
                routing,
                tenants,
                policies,
                agents,
                index,
                experiences,
                meanings,
                purge);
    }

    /** Opens and seals routing parts only, for stream threads. */
    Envelopes streamRouting() {
        AesGcmEnvelopeCipher cipher = keys.cipher(Set.of(KeyClass.ROUTING), NodeKeys.Reader.STREAM);
        purge.add(cipher);
        return new Envelopes(cipher, codec);
    }

    /** What a model of meaning says of requests. */
    Nearness nearness() {
        return meanings.<Nearness>map(found -> found).orElse(Nearness.NONE);
    }

    /** Clients for what the roles of this process share. */
    KafkaClients clients() {
        return kafka.shared();
    }

    static FabricShape shape(FabricConfig config) {
        return new FabricShape(config.lanes(), config.replication());
    }

    private static SchemaRegistry registry(FabricConfig config, KafkaClients clients) {
        if (config.schemaRegistry().isPresent()) {
            return new RestSchemaRegistry(config.schemaRegistry().get());
        }
        Map<String, Object> properties = clients.common("schemas");
        TopicSchemaRegistry registry = new TopicSchemaRegistry(properties);
        registry.start();
        return registry;
    }

    /** An eighth of the heap. */
    private static long mostFeatures() {
        return Runtime.getRuntime().maxMemory() / 8 / FEATURE_BYTES;
    }

    /** Most of it: without it decisions are only less good, and it comes soon. */
    private static void learnt(KafkaExperiences experiences) {
        try {
            experiences.awaitCaughtUp(ENOUGH_LEARNT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void caughtUp(KafkaTenants tenants, KafkaAgents agents) {
        try {
            if (tenants.awaitCaughtUp(LONGEST) && agents.awaitCaughtUp(LONGEST)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new NodeException(
                ExitCode.UNREACHABLE,
                "tenants and agents could not be read within " + LONGEST.toSeconds()
                        + " s (expected dmsc.sys.tenants and dmsc.sys.registry to be readable; are the brokers up?)");
    }
}
