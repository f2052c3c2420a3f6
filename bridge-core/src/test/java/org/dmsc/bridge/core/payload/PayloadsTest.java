package org.dmsc.bridge.core.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.apache.avro.Schema;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.dmsc.bridge.core.MutableClock;
import org.dmsc.bridge.core.publish.Outbox;
import org.dmsc.bridge.core.publish.PayloadWriter;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.SealedPart;
import org.dmsc.schemas.avro.TaskCancel;
import org.dmsc.schemas.registry.SchemaRegistry;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.keys.EnvelopeCipher;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.keys.KeyClass;
import org.dmsc.tenant.keys.Parties;
import org.dmsc.tenant.keys.SealContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Large payloads into Kafka's bytes and back; the real sealing and the real broker are in {@code FabricIT}. */
@Timeout(60)
final class PayloadsTest {

    private static final TenantId ACME = new TenantId("acme");
    private static final TopicPartition PARTITION = new TopicPartition("dmsc.acme.payloads", 0);
    private static final byte[] LARGE = bytes(3 * PayloadWriter.MOST_INLINE + 17);

    private final AvroCodec codec = new AvroCodec(new OneByOne());
    private final Envelopes envelopes = new Envelopes(new Clear(), codec);
    private final AvroSerde<SealedEnvelope> values = new AvroSerde<>(codec, SealedEnvelope.class);
    private final MockProducer<String, SealedEnvelope> producer = new MockProducer<>(
            Cluster.empty(),
            true,
            new org.apache.kafka.clients.producer.RoundRobinPartitioner(),
            new StringSerializer(),
            values.serializer());
    private final Outbox outbox = new Outbox(tenant -> producer, new MutableClock(1_000_000));
    private final MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest");
    private final PayloadWriter writer = new PayloadWriter(outbox, envelopes, () -> "payload-1");
    private final PayloadReader reader = new PayloadReader(() -> consumer, values.deserializer(), envelopes);

    @AfterEach
    void close() {
        reader.close();
        outbox.close();
    }

    @Test
    void aSmallOneStaysInTheRecord() {
        byte[] small = bytes(PayloadWriter.MOST_INLINE);
        SealedEnvelope whole = attach(small);

        assertThat(producer.history()).isEmpty();
        assertThat(envelopes.reference(whole)).isEmpty();
        assertThat(reader.open(whole)).isEqualTo(small);
    }

    @Test
    void aLargeOneGoesInPartsAndComesBackWhole() {
        SealedEnvelope whole = attach(LARGE);

        assertThat(producer.history())
                .hasSize(4)
                .allSatisfy(part -> assertThat(values.serializer().serialize(part.topic(), part.value()).length)
                        .isLessThan(PayloadWriter.MOST_INLINE + 4096));
        assertThat(whole.getPayload().getCiphertext().remaining()).isLessThan(200);
        assertThatThrownBy(() -> envelopes.openPayload(whole)).hasMessageContaining("stored apart");
        play(producer.history());
        assertThat(reader.open(whole)).isEqualTo(LARGE);
    }

    @Test
    void whatLiesBetweenAndBehindItsPartsIsLeftAlone() {
        SealedEnvelope whole = attach(LARGE);
        List<ProducerRecord<String, SealedEnvelope>> mine = new ArrayList<>(producer.history());
        new PayloadWriter(outbox, envelopes, () -> "payload-2").attach(routing(), bytes(600_000), "text/plain");
        ProducerRecord<String, SealedEnvelope> other =
                producer.history().get(producer.history().size() - 1);
        consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
        // In another order, with a part of another payload between, and the last behind where the reference says that
        // all end.
        consumer.schedulePollTask(() -> {
            consumer.addRecord(record(mine.get(0), 0));
            consumer.addRecord(record(other, 1));
            consumer.addRecord(record(mine.get(2), 2));
            consumer.addRecord(record(mine.get(1), 3));
        });
        consumer.schedulePollTask(() -> consumer.addRecord(record(mine.get(3), 4)));

        assertThatThrownBy(() -> reader.open(whole)).hasMessageContaining("1 of its 4 parts are gone");
    }

    @Test
    void onePartGoneIsSaidAndNotWaitedFor() {
        SealedEnvelope whole = attach(LARGE);
        List<ProducerRecord<String, SealedEnvelope>> parts = new ArrayList<>(producer.history());
        consumer.updateBeginningOffsets(Map.of(PARTITION, 1L));
        consumer.schedulePollTask(() ->
                parts.subList(1, 4).forEach(part -> consumer.addRecord(record(part, parts.indexOf(part)))));

        assertThatThrownBy(() -> reader.open(whole))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refused -> assertThat(refused.refusal()).isEqualTo(Refusal.UNREADABLE))
                .hasMessageContaining("of its 4 parts are gone");
    }

    @Test
    void aPartOfAnotherPayloadUnderItsKeyIsRefused() {
        SealedEnvelope whole = attach(LARGE);
        producer.clear();
        new PayloadWriter(outbox, envelopes, () -> "payload-2")
                .attach(routing(), LARGE, "text/plain")
                .toCompletableFuture()
                .join();
        ProducerRecord<String, SealedEnvelope> forged = producer.history().get(0);
        consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
        consumer.schedulePollTask(() -> consumer.addRecord(new ConsumerRecord<>(
                PARTITION.topic(), 0, 0, "payload-1", values.serializer().serialize(forged.topic(), forged.value()))));

        assertThatThrownBy(() -> reader.open(whole)).hasMessageContaining("parts were mixed");
    }

    private SealedEnvelope attach(byte[] payload) {
        CompletableFuture<SealedEnvelope> whole =
                writer.attach(routing(), payload, "text/plain").toCompletableFuture();
        while (!whole.isDone()) {
            LockSupport.parkNanos(100_000);
        }
        return whole.join();
    }

    private SealedEnvelope routing() {
        TaskCancel record = new TaskCancel("task", "acme", "caller", 5L, "");
        return envelopes.seal(record, ACME, "tasks", "m1", Parties.from("spiffe://acme.fabric.localhost/agent/a"), 5);
    }

    private void play(List<ProducerRecord<String, SealedEnvelope>> parts) {
        consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
        consumer.schedulePollTask(() -> {
            for (int i = 0; i < parts.size(); i++) {
                consumer.addRecord(record(parts.get(i), i));
            }
        });
    }

    private ConsumerRecord<String, byte[]> record(ProducerRecord<String, SealedEnvelope> part, long offset) {
        return new ConsumerRecord<>(
                part.topic(), 0, offset, part.key(), values.serializer().serialize(part.topic(), part.value()));
    }

    private static byte[] bytes(int count) {
        byte[] made = new byte[count];
        new Random(count).nextBytes(made);
        return made;
    }

    /** Seals nothing, so that what is tested here is the cutting and joining. */
    private static final class Clear implements EnvelopeCipher {

        @Override
        public SealedPart seal(KeyClass keyClass, SealContext context, byte[] plaintext) {
            return new SealedPart(
                    1,
                    context.tenant().value(),
                    keyClass.name(),
                    context.channel(),
                    context.messageId(),
                    context.sender(),
                    context.recipient(),
                    context.contentType(),
                    context.schemaId(),
                    context.time(),
                    ByteBuffer.wrap("none".getBytes(StandardCharsets.UTF_8)),
                    ByteBuffer.allocate(12),
                    ByteBuffer.wrap(plaintext.clone()));
        }

        @Override
        public byte[] open(SealedPart part) {
            byte[] plaintext = new byte[part.getCiphertext().remaining()];
            part.getCiphertext().duplicate().get(plaintext);
            return plaintext;
        }
    }

    /** A registry that gives ids in order. */
    private static final class OneByOne implements SchemaRegistry {

        private final List<Schema> schemas = new ArrayList<>();

        @Override
        public synchronized int register(String subject, Schema schema) {
            if (!schemas.contains(schema)) {
                schemas.add(schema);
            }
            return schemas.indexOf(schema) + 1;
        }

        @Override
        public synchronized Schema byId(int id) {
            return schemas.get(id - 1);
        }

        @Override
        public void close() {}
    }
}
