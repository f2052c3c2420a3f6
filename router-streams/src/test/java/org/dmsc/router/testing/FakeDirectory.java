package org.dmsc.router.testing;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.tenant.directory.Agents;
import org.dmsc.tenant.directory.CapabilityIndex;
import org.dmsc.tenant.directory.Tenants;

/** Tenants, agents and the index over them, as a test wants them. */
public final class FakeDirectory {

    private final Map<TenantId, TenantRecord> tenants = new TreeMap<>();
    private final Map<String, AgentSnapshot> agents = new TreeMap<>();
    private final List<BiConsumer<AgentRef, Optional<AgentSnapshot>>> agentListeners = new ArrayList<>();
    private final List<Consumer<TenantRecord>> tenantListeners = new ArrayList<>();
    public final CapabilityIndex index = new CapabilityIndex();

    public void put(TenantRecord tenant) {
        tenants.put(new TenantId(tenant.getTenant()), tenant);
        tenantListeners.forEach(listener -> listener.accept(tenant));
    }

    public void put(AgentSnapshot agent) {
        AgentRef ref = AgentRef.of(agent.getTenant(), agent.getAgent());
        agents.put(ref.toString(), agent);
        index.update(ref, Optional.of(agent));
        agentListeners.forEach(listener -> listener.accept(ref, Optional.of(agent)));
    }

    public Tenants tenants() {
        return new Tenants() {
            @Override
            public Optional<TenantRecord> find(TenantId tenant) {
                return Optional.ofNullable(tenants.get(tenant));
            }

            @Override
            public List<TenantRecord> all() {
                return List.copyOf(tenants.values());
            }

            @Override
            public void onChange(Consumer<TenantRecord> listener) {
                tenantListeners.add(listener);
            }
        };
    }

    public Agents agents() {
        return new Agents() {
            @Override
            public Optional<AgentSnapshot> find(AgentRef agent) {
                return Optional.ofNullable(agents.get(agent.toString()));
            }

            @Override
            public List<AgentSnapshot> ofTenant(TenantId tenant) {
                return agents.values().stream()
                        .filter(agent -> agent.getTenant().equals(tenant.value()))
                        .toList();
            }

            @Override
            public Collection<AgentSnapshot> all() {
                return agents.values();
            }

            @Override
            public long offset() {
                return 42;
            }

            @Override
            public void onChange(BiConsumer<AgentRef, Optional<AgentSnapshot>> listener) {
                agentListeners.add(listener);
            }
        };
    }
}
