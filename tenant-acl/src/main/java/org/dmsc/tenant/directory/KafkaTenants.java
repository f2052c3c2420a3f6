package org.dmsc.tenant.directory;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.common.serialization.Deserializer;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.kafka.CompactedView;
import org.dmsc.tenant.kafka.KafkaClients;

/** {@link Tenants} fed by {@code dmsc.sys.tenants}. A record whose key is not its tenant is skipped. */
public final class KafkaTenants implements Tenants, AutoCloseable {

    private final CompactedView<TenantRecord> view;

    public KafkaTenants(KafkaClients clients, AvroCodec codec) {
        Deserializer<TenantRecord> values = new AvroSerde<>(codec, TenantRecord.class).deserializer();
        this.view = CompactedView.keyed(
                clients,
                "tenants",
                TopicNames.TENANTS,
                (key, bytes) -> checked(key, values.deserialize(TopicNames.TENANTS, bytes)));
    }

    KafkaTenants(CompactedView<TenantRecord> view) {
        this.view = view;
    }

    /** Begins to read. */
    public void start() {
        view.start();
    }

    /** Waits until what was there at the start is known. */
    public boolean awaitCaughtUp(Duration atMost) throws InterruptedException {
        return view.awaitCaughtUp(atMost);
    }

    /** Whether changes still arrive. */
    public boolean healthy() {
        return view.healthy();
    }

    @Override
    public Optional<TenantRecord> find(TenantId tenant) {
        return view.get(tenant.value());
    }

    @Override
    public List<TenantRecord> all() {
        return view.all().values().stream()
                .sorted(Comparator.comparing(TenantRecord::getTenant))
                .toList();
    }

    @Override
    public void onChange(Consumer<TenantRecord> listener) {
        view.onChange((key, value) -> value.ifPresent(listener));
    }

    @Override
    public void close() {
        view.close();
    }

    static TenantRecord checked(String key, TenantRecord tenant) {
        if (!key.equals(new TenantId(tenant.getTenant()).value())) {
            throw new RefusedException(Refusal.UNREADABLE, "key is not the tenant of the record");
        }
        return tenant;
    }
}
