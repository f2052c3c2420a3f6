package org.dmsc.tenant.admin;

import java.time.Duration;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.schemas.serde.AvroSerde;

/** Writes tenant records and waits until this process has read them back. */
final class TenantRecords {

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(5);

    private final AdministrationParts parts;

    TenantRecords(AdministrationParts parts) {
        this.parts = parts;
    }

    /** So that whoever called may use the tenant at once in this process. */
    void write(TenantRecord tenant) {
        AvroSerde<TenantRecord> serde = new AvroSerde<>(parts.codec(), TenantRecord.class);
        try (Producer<String, TenantRecord> producer = parts.clients().producer("administration", serde.serializer())) {
            KafkaAnswers.await(
                    "write tenant " + tenant.getTenant(),
                    producer.send(new ProducerRecord<>(TopicNames.TENANTS, tenant.getTenant(), tenant)));
        }
        awaitKnown(new TenantId(tenant.getTenant()), tenant.getGeneration());
    }

    private void awaitKnown(TenantId tenant, long generation) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (parts.tenants()
                .find(tenant)
                .filter(known -> known.getGeneration() >= generation)
                .isEmpty()) {
            if (System.nanoTime() > deadline) {
                throw KafkaAnswers.unavailable("see the record of tenant " + tenant, "not read back in time");
            }
            KafkaAnswers.pause(LOOK_AGAIN);
        }
    }
}
