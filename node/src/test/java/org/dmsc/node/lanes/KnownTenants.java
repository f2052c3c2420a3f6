package org.dmsc.node.lanes;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.TenantLimits;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.schemas.avro.TenantState;
import org.dmsc.tenant.directory.Tenants;

/** Tenants as a test says. */
final class KnownTenants implements Tenants {

    private final Map<TenantId, TenantRecord> known = new ConcurrentHashMap<>();
    private final List<Consumer<TenantRecord>> listeners = new CopyOnWriteArrayList<>();

    static TenantRecord active(TenantId tenant, String routingKey, String payloadKey) {
        return TenantRecord.newBuilder()
                .setTenant(tenant.value())
                .setState(TenantState.ACTIVE)
                .setGeneration(1)
                .setCreatedAt(0)
                .setUpdatedAt(0)
                .setCaCertificates(List.of())
                .setTokenIssuer("")
                .setTokenKeys("")
                .setRoutingKeyId(routingKey)
                .setPayloadKeyId(payloadKey)
                .setLimits(TenantLimits.newBuilder().build())
                .build();
    }

    void put(TenantRecord tenant) {
        known.put(new TenantId(tenant.getTenant()), tenant);
        listeners.forEach(listener -> listener.accept(tenant));
    }

    @Override
    public Optional<TenantRecord> find(TenantId tenant) {
        return Optional.ofNullable(known.get(tenant));
    }

    @Override
    public List<TenantRecord> all() {
        return List.copyOf(known.values());
    }

    @Override
    public void onChange(Consumer<TenantRecord> listener) {
        listeners.add(listener);
        known.values().forEach(listener);
    }
}
