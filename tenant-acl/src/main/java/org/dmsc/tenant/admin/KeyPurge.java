package org.dmsc.tenant.admin;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.PurgeAck;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.schemas.avro.TenantState;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.directory.Tenants;
import org.dmsc.tenant.kafka.KafkaClients;
import org.dmsc.tenant.keys.AesGcmEnvelopeCipher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the ciphers of this process obey tenants' records: new root keys are used at once, and the keys of a tenant that left are forgotten,
 * which is acknowledged on {@code dmsc.sys.purges}. Thread-safe.
 */
public final class KeyPurge {

    private static final Logger LOG = LoggerFactory.getLogger(KeyPurge.class);

    /** Whoever waited for acknowledgements of older news waits no more. */
    private static final Duration NEWS = Duration.ofMinutes(10);

    private final Tenants tenants;
    private final String node;
    private final Clock clock;
    private final KafkaClients clients;
    private final AvroSerde<PurgeAck> acks;
    private final List<AesGcmEnvelopeCipher> ciphers = new CopyOnWriteArrayList<>();

    /** Acknowledges under the name of this node. */
    public KeyPurge(KafkaClients clients, AvroCodec codec, Tenants tenants, String node, Clock clock) {
        this.tenants = tenants;
        this.node = node;
        this.clock = clock;
        this.clients = clients;
        this.acks = new AvroSerde<>(codec, PurgeAck.class);
    }

    /** Begins to listen. */
    public void start() {
        tenants.onChange(this::heard);
    }

    /** One more cipher obeys from now on. */
    public void add(AesGcmEnvelopeCipher cipher) {
        ciphers.add(cipher);
        tenants.all().stream().filter(KeyPurge::left).forEach(gone -> cipher.forget(new TenantId(gone.getTenant())));
    }

    private void heard(TenantRecord record) {
        TenantId tenant = new TenantId(record.getTenant());
        if (!left(record)) {
            ciphers.forEach(cipher -> cipher.follow(tenant, record.getRoutingKeyId(), record.getPayloadKeyId()));
            return;
        }
        ciphers.forEach(cipher -> cipher.forget(tenant));
        if (clock.millis() - record.getUpdatedAt() < NEWS.toMillis()) {
            // On a thread of its own: whoever feeds the tenants' records must not wait, and it happens once in a
            // tenant's life.
            Thread thread = new Thread(() -> acknowledge(record), "dmsc-purge-ack");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void acknowledge(TenantRecord record) {
        PurgeAck ack = new PurgeAck(record.getTenant(), node, record.getGeneration(), clock.millis());
        try (Producer<String, PurgeAck> producer = clients.producer("purges", acks.serializer())) {
            KafkaAnswers.await(
                    "acknowledge that the keys of " + record.getTenant() + " are forgotten",
                    producer.send(new ProducerRecord<>(TopicNames.PURGES, record.getTenant() + "/" + node, ack)));
        } catch (RefusedException e) {
            LOG.atError()
                    .addKeyValue("tenant", record.getTenant())
                    .log("keys were forgotten, and nobody could be told: " + e.sentence());
        }
    }

    private static boolean left(TenantRecord record) {
        return record.getState() == TenantState.OFFBOARDED;
    }
}
