package org.dmsc.tenant.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsc.tenant.testing.AgentCards.skill;
import static org.dmsc.tenant.testing.AgentCards.snapshot;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.schemas.registry.TopicSchemaRegistry;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.keys.KeyClass;
import org.dmsc.tenant.keys.Parties;
import org.dmsc.tenant.testing.Eventually;
import org.dmsc.tenant.testing.TestFabric;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Agents, index and schema ids against a real broker. */
class KafkaDirectoryTest {

    private static final TenantId ACME = new TenantId("dir-acme");
    private static final TenantId BETA = new TenantId("dir-beta");
    private static final TenantId GAMMA = new TenantId("dir-gamma");

    @TempDir
    static Path dir;

    private static TestFabric fabric;
    private static Producer<String, byte[]> producer;

    @BeforeAll
    static void open() throws Exception {
        fabric = new TestFabric(dir);
        producer = fabric.clients.producer("registry", new ByteArraySerializer());
        for (TenantId tenant : new TenantId[] {ACME, BETA, GAMMA}) {
            fabric.vault.create(tenant, KeyClass.ROUTING);
        }
    }

    @AfterAll
    static void close() {
        producer.close();
        fabric.close();
    }

    @Test
    void agentsComeSealedAndAreFoundByTheIndex() throws Exception {
        AgentRef billing = AgentRef.of(GAMMA.value(), "billing");
        CapabilityIndex index = new CapabilityIndex();
        try (KafkaAgents agents = started()) {
            index.follow(agents);
            long offset = publish(billing, GAMMA, card(billing));

            Eventually.await("the agent", () -> agents.find(billing).isPresent() && agents.offset() > offset);
            assertThat(agents.ofTenant(GAMMA))
                    .extracting(AgentSnapshot::getAgent)
                    .containsExactly("billing");
            Query need = new Query(Set.of(GAMMA), Optional.empty(), Set.of(), "my invoice", 3);
            assertThat(index.search(need)).extracting(Match::agent).containsExactly(billing);

            producer.send(new ProducerRecord<>(TopicNames.REGISTRY, billing.toString(), null))
                    .get(20, TimeUnit.SECONDS);

            Eventually.await(
                    "the agent gone",
                    () -> agents.find(billing).isEmpty() && index.search(need).isEmpty());
        }
    }

    @Test
    void whatCannotBeOpenedOrSpeaksOfAnotherIsSkippedAndCounted() throws Exception {
        AgentRef good = AgentRef.of(ACME.value(), "good");
        AgentRef victim = AgentRef.of(BETA.value(), "victim");
        try (KafkaAgents agents = started()) {
            long before = agents.skipped();
            publish(victim, BETA, card(victim));
            // Another tenant's key, under the victim's name and under its own with the victim's card inside.
            publish(victim, ACME, card(good));
            publish(good, ACME, card(victim));
            producer.send(new ProducerRecord<>(TopicNames.REGISTRY, "no-slash", new byte[] {1, 2}))
                    .get(20, TimeUnit.SECONDS);
            producer.send(new ProducerRecord<>(
                            TopicNames.REGISTRY, good.toString(), "junk".getBytes(StandardCharsets.UTF_8)))
                    .get(20, TimeUnit.SECONDS);
            long offset = publish(good, ACME, card(good));

            Eventually.await("all read", () -> agents.offset() > offset);
            assertThat(agents.skipped() - before).isEqualTo(4);
            assertThat(agents.find(victim))
                    .map(Object::toString)
                    .contains(card(victim).toString());
            assertThat(agents.find(good))
                    .map(Object::toString)
                    .contains(card(good).toString());
            assertThat(agents.healthy()).isTrue();
        }
    }

    @Test
    void schemaIdsAreTheSameInEveryProcess() {
        try (TopicSchemaRegistry other = new TopicSchemaRegistry(fabric.clients.common("schemas-2"))) {
            other.start();
            int id = fabric.registry.register("dir-x-value", TaskEvent.getClassSchema());

            assertThat(other.byId(id)).isEqualTo(TaskEvent.getClassSchema());
            assertThat(other.register("dir-y-value", TaskEvent.getClassSchema()))
                    .isEqualTo(id);
            assertThat(new AvroCodec(other).schemaId(TaskEvent.getClassSchema()))
                    .isEqualTo(id);
        }
    }

    private static KafkaAgents started() throws InterruptedException {
        KafkaAgents agents = new KafkaAgents(fabric.clients, fabric.codec, fabric.envelopes);
        agents.start();
        assertThat(agents.awaitCaughtUp(Duration.ofSeconds(20))).isTrue();
        return agents;
    }

    private static AgentSnapshot card(AgentRef agent) {
        return snapshot(agent, "Billing", "", skill("invoice", "Explain invoice", "Explains an invoice"));
    }

    private static long publish(AgentRef key, TenantId sealedFor, AgentSnapshot card) throws Exception {
        SealedEnvelope envelope = fabric.envelopes.seal(
                card, sealedFor, "registry", key.toString(), Parties.from("spiffe://platform/registry/1"), 1);
        byte[] value = new AvroSerde<>(fabric.codec, SealedEnvelope.class)
                .serializer()
                .serialize(TopicNames.REGISTRY, envelope);
        return producer.send(new ProducerRecord<>(TopicNames.REGISTRY, key.toString(), value))
                .get(20, TimeUnit.SECONDS)
                .offset();
    }
}
