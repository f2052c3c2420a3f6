package org.dmsc.bridge.http;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.tenant.directory.Tenants;

/** Tenants in a map. */
final class FakeTenants implements Tenants {

    private final Map<String, TenantRecord> records = new ConcurrentSkipListMap<>();

    void put(TenantRecord record) {
        records.put(record.getTenant(), record);
    }

    @Override
    public Optional<TenantRecord> find(TenantId tenant) {
        return Optional.ofNullable(records.get(tenant.value()));
    }

    @Override
    public List<TenantRecord> all() {
        return List.copyOf(records.values());
    }

    @Override
    public void onChange(Consumer<TenantRecord> listener) {
        records.values().forEach(listener);
    }
}
