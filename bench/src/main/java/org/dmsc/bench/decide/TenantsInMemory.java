package org.dmsc.bench.decide;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.TenantLimits;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.schemas.avro.TenantState;
import org.dmsc.tenant.directory.Tenants;

/** The tenants of a population, all active. */
final class TenantsInMemory implements Tenants {

    private final Map<TenantId, TenantRecord> all = new TreeMap<>();

    TenantsInMemory(Population population) {
        for (int i = 0; i < population.tenants(); i++) {
            String id = population.tenant(i);
            all.put(
                    new TenantId(id),
                    TenantRecord.newBuilder()
                            .setTenant(id)
                            .setState(TenantState.ACTIVE)
                            .setGeneration(1)
                            .setCreatedAt(1)
                            .setUpdatedAt(1)
                            .setCaCertificates(List.of())
                            .setTokenIssuer("https://" + id)
                            .setTokenKeys("{}")
                            .setRoutingKeyId(id + "/routing/1")
                            .setPayloadKeyId(id + "/payload/1")
                            .setLimits(TenantLimits.newBuilder().build())
                            .build());
        }
    }

    @Override
    public Optional<TenantRecord> find(TenantId tenant) {
        return Optional.ofNullable(all.get(tenant));
    }

    @Override
    public List<TenantRecord> all() {
        return List.copyOf(all.values());
    }

    @Override
    public void onChange(Consumer<TenantRecord> listener) {
        all.values().forEach(listener);
    }
}
