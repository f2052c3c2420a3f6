package org.dmsc.tenant.admin;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.dmsc.schemas.Lanes;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.schemas.avro.TaskEventKind;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.keys.Parties;

/**
 * Proves that a tenant's tasks are routed: one harmless record to each lane of its tasks, which a router that reads the lane, and has the
 * tenant's routing key, passes on to the same lane of its events.
 */
final class Canary {

    static final String KIND = "Canary";
    private static final Duration POLL = Duration.ofMillis(50);

    private final AdministrationParts parts;

    Canary(AdministrationParts parts) {
        this.parts = parts;
    }

    /** True when all came through in time. */
    boolean sing(TenantId tenant, Duration atMost) {
        return sing(tenant, atMost, (reader, events) -> {
            reader.seekToEnd(events);
            events.forEach(reader::position);
        });
    }

    /** The same for topics that were made a moment ago: where they begin needs no question to a broker that may not know them yet. */
    boolean singInNew(TenantId tenant, Duration atMost) {
        return sing(tenant, atMost, (reader, events) -> events.forEach(lane -> reader.seek(lane, 0)));
    }

    private boolean sing(
            TenantId tenant, Duration atMost, BiConsumer<Consumer<?, ?>, Collection<TopicPartition>> start) {
        AvroSerde<SealedEnvelope> serde = new AvroSerde<>(parts.codec(), SealedEnvelope.class);
        List<TopicPartition> events = IntStream.range(0, parts.shape().lanes())
                .mapToObj(lane -> new TopicPartition(Channel.EVENTS.of(tenant), lane))
                .toList();
        long deadline = System.nanoTime() + atMost.toNanos();
        try (Consumer<String, byte[]> reader =
                        parts.clients().promptReader("canary-reader", new ByteArrayDeserializer());
                Producer<String, SealedEnvelope> producer = parts.clients().producer("canary", serde.serializer())) {
            reader.assign(events);
            start.accept(reader, events);
            Set<String> awaited = send(tenant, producer);
            while (!awaited.isEmpty() && System.nanoTime() < deadline) {
                for (ConsumerRecord<String, byte[]> found : reader.poll(POLL)) {
                    heard(found, tenant, serde).ifPresent(awaited::remove);
                }
            }
            return awaited.isEmpty();
        }
    }

    private Set<String> send(TenantId tenant, Producer<String, SealedEnvelope> producer) {
        Set<String> awaited = new HashSet<>();
        List<Future<?>> sent = new ArrayList<>();
        for (String id : onePerLane(parts.shape().lanes(), parts.ids())) {
            sent.add(producer.send(singing(tenant, id, parts.clock().millis())));
            awaited.add(id);
        }
        sent.forEach(answer -> KafkaAnswers.await("write canaries of tenant " + tenant, answer));
        return awaited;
    }

    /** Ids whose hash falls on lane 0, 1, 2 …: so every partitioner on the way keeps the lane. */
    static List<String> onePerLane(int lanes, Supplier<String> ids) {
        String[] found = new String[lanes];
        int missing = lanes;
        while (missing > 0) {
            String id = ids.get();
            int lane = Lanes.of(id, lanes);
            if (found[lane] == null) {
                found[lane] = id;
                missing--;
            }
        }
        return List.of(found);
    }

    private ProducerRecord<String, SealedEnvelope> singing(TenantId tenant, String id, long now) {
        TaskEvent event = TaskEvent.newBuilder()
                .setEventId(id)
                .setTaskId(id)
                .setContextId(id)
                .setKind(TaskEventKind.CANARY)
                .setBy(parts.node().uri())
                .setTime(now)
                .build();
        SealedEnvelope sealed = parts.envelopes()
                .seal(
                        event,
                        tenant,
                        Channel.TASKS.label(),
                        id,
                        Parties.from(parts.node().uri()),
                        now);
        ProducerRecord<String, SealedEnvelope> entry = new ProducerRecord<>(
                Channel.TASKS.of(tenant),
                Lanes.of(id, parts.shape().lanes()),
                id,
                new SealedEnvelope(KIND, sealed.getRouting(), null));
        entry.headers().add("dmsc-tenant", tenant.value().getBytes(StandardCharsets.UTF_8));
        entry.headers().add("dmsc-kind", KIND.getBytes(StandardCharsets.UTF_8));
        return entry;
    }

    private Optional<String> heard(
            ConsumerRecord<String, byte[]> found, TenantId tenant, AvroSerde<SealedEnvelope> serde) {
        try {
            SealedEnvelope envelope = serde.deserializer().deserialize(found.topic(), found.value());
            Envelopes.requirePlace(envelope, tenant, Channel.EVENTS.label());
            TaskEvent event = parts.envelopes().routing(envelope, TaskEvent.class);
            boolean canary = event.getKind() == TaskEventKind.CANARY;
            return canary ? Optional.of(event.getTaskId()) : Optional.empty();
        } catch (RefusedException e) {
            return Optional.empty();
        }
    }
}
