package org.dmsc.tenant.testing;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.keys.Parties;

/** Does for one tenant what a router does with canaries, and nothing else. Waits for the topics by itself. */
public final class CanaryRouter implements AutoCloseable {

    public final AtomicInteger passed = new AtomicInteger();
    private final TestFabric fabric;
    private final TenantId tenant;
    private final Thread thread = new Thread(this::run, "canary-router");
    private volatile boolean stopping;

    public CanaryRouter(TestFabric fabric, TenantId tenant) {
        this.fabric = fabric;
        this.tenant = tenant;
        thread.start();
    }

    private void run() {
        AvroSerde<SealedEnvelope> serde = new AvroSerde<>(fabric.codec, SealedEnvelope.class);
        List<TopicPartition> lanes = IntStream.range(0, TestFabric.SHAPE.lanes())
                .mapToObj(lane -> new TopicPartition(Channel.TASKS.of(tenant), lane))
                .toList();
        try (Consumer<String, SealedEnvelope> reader = fabric.clients.reader("router", serde.deserializer());
                Producer<String, SealedEnvelope> writer = fabric.clients.producer("router", serde.serializer())) {
            while (!stopping && fabric.tenants.find(tenant).isEmpty()) {
                Thread.onSpinWait();
            }
            reader.assign(lanes);
            reader.seekToBeginning(lanes);
            while (!stopping) {
                reader.poll(Duration.ofMillis(50)).forEach(entry -> pass(entry, writer));
            }
        }
    }

    private void pass(ConsumerRecord<String, SealedEnvelope> entry, Producer<String, SealedEnvelope> writer) {
        SealedEnvelope envelope = entry.value();
        if (!envelope.getKind().equals("Canary")) {
            throw new AssertionError("not a canary: " + envelope.getKind());
        }
        SealedEnvelope plain = new SealedEnvelope("TaskEvent", envelope.getRouting(), null);
        TaskEvent event = fabric.envelopes.routing(plain, TaskEvent.class);
        SealedEnvelope out = fabric.envelopes.seal(
                event,
                tenant,
                Channel.EVENTS.label(),
                event.getEventId(),
                Parties.from("spiffe://platform/router/1"),
                1);
        writer.send(new ProducerRecord<>(Channel.EVENTS.of(tenant), entry.partition(), entry.key(), out));
        passed.incrementAndGet();
    }

    @Override
    public void close() throws InterruptedException {
        stopping = true;
        thread.join(10_000);
    }
}
