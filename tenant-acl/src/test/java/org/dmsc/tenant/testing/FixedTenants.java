package org.dmsc.tenant.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.TenantLimits;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.schemas.avro.TenantState;
import org.dmsc.tenant.directory.Tenants;

/** Tenants that a test puts in. */
public final class FixedTenants implements Tenants {

    private final SortedMap<TenantId, TenantRecord> records = new TreeMap<>();
    private final List<Consumer<TenantRecord>> listeners = new ArrayList<>();

    /** An active tenant without CA, keys and grants. */
    public static TenantRecord.Builder active(String tenant) {
        return TenantRecord.newBuilder()
                .setTenant(tenant)
                .setState(TenantState.ACTIVE)
                .setGeneration(1)
                .setCreatedAt(0)
                .setUpdatedAt(0)
                .setCaCertificates(List.of())
                .setTokenIssuer("https://" + tenant + ".fabric.localhost")
                .setTokenKeys("{\"keys\":[]}")
                .setRoutingKeyId(tenant + "/routing/1")
                .setPayloadKeyId(tenant + "/payload/1")
                .setLimits(TenantLimits.newBuilder().build());
    }

    public FixedTenants put(TenantRecord record) {
        records.put(new TenantId(record.getTenant()), record);
        listeners.forEach(listener -> listener.accept(record));
        return this;
    }

    @Override
    public Optional<TenantRecord> find(TenantId tenant) {
        return Optional.ofNullable(records.get(tenant));
    }

    @Override
    public List<TenantRecord> all() {
        return List.copyOf(records.values());
    }

    @Override
    public void onChange(Consumer<TenantRecord> listener) {
        records.values().forEach(listener);
        listeners.add(listener);
    }
}
