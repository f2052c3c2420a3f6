package org.dmsc.bridge.mqtt.testing;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AgentHealth;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.tenant.directory.Agents;
import org.dmsc.tenant.directory.Tenants;

/** Tenants and agents as a test puts them there. */
public final class FakeDirectory {

    public final FakeTenants tenants = new FakeTenants();
    public final FakeAgents agents = new FakeAgents();

    public static final class FakeTenants implements Tenants {

        private final Map<TenantId, TenantRecord> records = new ConcurrentHashMap<>();
        private final List<Consumer<TenantRecord>> listeners = new CopyOnWriteArrayList<>();

        public void put(TenantRecord record) {
            records.put(new TenantId(record.getTenant()), record);
            listeners.forEach(listener -> listener.accept(record));
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
            all().forEach(listener);
            listeners.add(listener);
        }
    }

    public static final class FakeAgents implements Agents {

        private final Map<AgentRef, AgentSnapshot> snapshots = new ConcurrentHashMap<>();
        private final List<BiConsumer<AgentRef, Optional<AgentSnapshot>>> listeners = new CopyOnWriteArrayList<>();

        public AgentSnapshot put(AgentRef agent, AgentRegistration registration, AgentHealth health) {
            AgentSnapshot snapshot = AgentSnapshot.newBuilder()
                    .setTenant(agent.tenant().value())
                    .setAgent(agent.agent().value())
                    .setRevision(1)
                    .setRegistration(registration)
                    .setHealth(health)
                    .setRegisteredAt(0)
                    .setLastSeenAt(0)
                    .setUpdatedAt(0)
                    .build();
            snapshots.put(agent, snapshot);
            listeners.forEach(listener -> listener.accept(agent, Optional.of(snapshot)));
            return snapshot;
        }

        public void remove(AgentRef agent) {
            snapshots.remove(agent);
            listeners.forEach(listener -> listener.accept(agent, Optional.empty()));
        }

        @Override
        public Optional<AgentSnapshot> find(AgentRef agent) {
            return Optional.ofNullable(snapshots.get(agent));
        }

        @Override
        public List<AgentSnapshot> ofTenant(TenantId tenant) {
            return List.copyOf(snapshots.values());
        }

        @Override
        public Collection<AgentSnapshot> all() {
            return List.copyOf(snapshots.values());
        }

        @Override
        public long offset() {
            return 0;
        }

        @Override
        public void onChange(BiConsumer<AgentRef, Optional<AgentSnapshot>> listener) {
            snapshots.forEach((agent, snapshot) -> listener.accept(agent, Optional.of(snapshot)));
            listeners.add(listener);
        }
    }
}
