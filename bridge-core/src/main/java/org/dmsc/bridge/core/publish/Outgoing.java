package org.dmsc.bridge.core.publish;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.schemas.avro.SealedEnvelope;

/** One record on its way to a tenant's topic. */
public record Outgoing(
        TenantId tenant, Channel channel, int partition, String key, SealedEnvelope envelope, InClear inClear) {

    /** Wrapped keys, ids and Avro around the ciphertexts, generously. */
    private static final int OVERHEAD = 1024;

    /**
     * What travels beside the sealed value, for people and tools that look at a topic.
     *
     * @param deadline milliseconds since the epoch; 0 for none
     */
    public record InClear(int attempt, long deadline, Optional<String> traceparent) {

        /** Nothing to say. */
        public static final InClear NONE = new InClear(0, 0, Optional.empty());
    }

    String topic() {
        return channel.of(tenant);
    }

    long size() {
        int routing = envelope.getRouting().getCiphertext().remaining();
        int payload = envelope.getPayload() == null
                ? 0
                : envelope.getPayload().getCiphertext().remaining();
        return (long) routing + payload + OVERHEAD;
    }

    /** As Kafka takes it. */
    public ProducerRecord<String, SealedEnvelope> toRecord() {
        ProducerRecord<String, SealedEnvelope> made = new ProducerRecord<>(topic(), partition, key, envelope);
        Headers headers = made.headers();
        add(headers, "dmsc-tenant", tenant.value());
        add(headers, "dmsc-kind", envelope.getKind());
        if (inClear.attempt() > 0) {
            add(headers, "dmsc-attempt", Integer.toString(inClear.attempt()));
        }
        if (inClear.deadline() > 0) {
            add(headers, "dmsc-deadline", Long.toString(inClear.deadline()));
        }
        inClear.traceparent().ifPresent(traceparent -> add(headers, "traceparent", traceparent));
        return made;
    }

    private static void add(Headers headers, String name, String value) {
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
