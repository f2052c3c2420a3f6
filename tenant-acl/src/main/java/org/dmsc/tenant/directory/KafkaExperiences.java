package org.dmsc.tenant.directory;

import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.common.serialization.Deserializer;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.ModelRecord;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.intent.Experience;
import org.dmsc.tenant.kafka.CompactedView;
import org.dmsc.tenant.kafka.KafkaClients;
import org.dmsc.tenant.keys.Envelopes;

/** {@link Experiences} fed by {@code dmsc.sys.models}. A record that cannot be used is skipped and counted. */
public final class KafkaExperiences implements Experiences, AutoCloseable {

    private final LearntModels models;
    private final CompactedView<ModelRecord> view;

    /** With room for so many features of all tenants together, each some 150 bytes of heap. */
    public KafkaExperiences(KafkaClients clients, AvroCodec codec, Envelopes envelopes, long mostFeatures) {
        Deserializer<ModelRecord> values = new AvroSerde<>(codec, ModelRecord.class).deserializer();
        this.models = new LearntModels(envelopes, mostFeatures);
        this.view = CompactedView.passing(
                clients,
                "models",
                TopicNames.MODELS,
                (key, bytes) -> LearntModels.own(key, values.deserialize("", bytes)));
        view.onChange(models::accept);
    }

    /** Begins to read. */
    public void start() {
        view.start();
    }

    /** Waits until what was there at the start is learnt, some 70 µs for each finished task that is kept. */
    public boolean awaitCaughtUp(Duration atMost) throws InterruptedException {
        return view.awaitCaughtUp(atMost);
    }

    /** Whether lessons still arrive. */
    public boolean healthy() {
        return view.healthy();
    }

    /** How many records could not be used. */
    public long skipped() {
        return view.skipped();
    }

    @Override
    public Optional<Experience> of(TenantId tenant) {
        return models.of(tenant);
    }

    @Override
    public void close() {
        view.close();
    }
}
