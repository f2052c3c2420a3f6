package org.dmsc.bench.decide;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.dmsc.node.kafka.BrokerSettings;
import org.dmsc.node.kafka.EmbeddedKafka;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.registry.TopicSchemaRegistry;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.admin.FabricShape;
import org.dmsc.tenant.admin.FabricTopics;
import org.dmsc.tenant.directory.KafkaAgents;
import org.dmsc.tenant.kafka.KafkaClients;
import org.dmsc.tenant.kafka.KafkaConnection;
import org.dmsc.tenant.keys.AesGcmEnvelopeCipher;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.keys.Parties;

/** The fabric's own broker in this process with {@code dmsc.sys.registry} on it, written and read as the fabric does, each record sealed. */
final class RegistryOnKafka implements AutoCloseable {

    private static final int TOLD_EVERY = 50_000;

    private final EmbeddedKafka broker;
    private final KafkaClients clients;
    private final TopicSchemaRegistry schemas;
    private final AvroCodec codec;

    RegistryOnKafka(Path folder) {
        broker = new EmbeddedKafka(BrokerSettings.loopback(folder));
        broker.start();
        clients = new KafkaClients(KafkaConnection.plain(broker.bootstrapServers(), "bench-"));
        try (Admin admin = clients.admin()) {
            FabricTopics.ensureSystem(admin, FabricShape.EMBEDDED);
        }
        schemas = new TopicSchemaRegistry(clients.common("schemas"));
        schemas.start();
        codec = new AvroCodec(schemas);
    }

    /** Each process has data keys of its own; all open what any of them sealed. */
    private Envelopes envelopes() {
        return new Envelopes(new AesGcmEnvelopeCipher(new RootKeys(), new SecureRandom(), Clock.systemUTC()), codec);
    }

    /** Writes everybody; returns the mean length of a card. */
    double write(Population population, Consumer<String> progress) throws Exception {
        Envelopes envelopes = envelopes();
        Serializer<SealedEnvelope> values = new AvroSerde<>(codec, SealedEnvelope.class).serializer();
        Parties parties = Parties.from("spiffe://bench/registry");
        long bytes = 0;
        try (Producer<String, byte[]> producer = clients.producer("registry", new ByteArraySerializer())) {
            Future<RecordMetadata> last = null;
            for (int i = 0; i < population.agents(); i++) {
                AgentSnapshot snapshot = population.agent(i);
                bytes += snapshot.getRegistration().getCardJson().length();
                String key = snapshot.getTenant() + "/" + snapshot.getAgent();
                SealedEnvelope sealed = envelopes.seal(
                        snapshot, new TenantId(snapshot.getTenant()), "registry", key + "@3", parties, 1);
                last = producer.send(
                        new ProducerRecord<>(TopicNames.REGISTRY, key, values.serialize(TopicNames.REGISTRY, sealed)));
                if ((i + 1) % TOLD_EVERY == 0) {
                    progress.accept("written: " + (i + 1) + " of " + population.agents() + " agents");
                }
            }
            if (last != null) {
                last.get();
            }
        }
        return bytes / (double) population.agents();
    }

    /** A reader as every process of the fabric has it, with keys of its own. */
    KafkaAgents reader() {
        return new KafkaAgents(clients, codec, envelopes());
    }

    @Override
    public void close() {
        schemas.close();
        broker.close();
    }
}
