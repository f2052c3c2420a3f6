package org.dmsc.bench.simulate;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.SkillRecord;
import org.dmsc.schemas.avro.TenantLimits;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.schemas.avro.TenantState;
import org.dmsc.tenant.directory.Agents;
import org.dmsc.tenant.directory.CapabilityIndex;
import org.dmsc.tenant.directory.Tenants;

/** What the simulated router knows of agents and tenants: as late and as coarse as the registry tells it. */
final class SimDirectory implements Agents {

    private final Map<AgentRef, AgentSnapshot> agents = new HashMap<>();
    private final Map<TenantId, TenantRecord> tenants = new TreeMap<>();
    private final List<BiConsumer<AgentRef, Optional<AgentSnapshot>>> listeners = new ArrayList<>();
    private final CapabilityIndex index = new CapabilityIndex();
    private final Map<String, Map<AgentRef, AgentSnapshot>> offering = new HashMap<>();
    private long offset;

    CapabilityIndex index() {
        return index;
    }

    void tenant(String id) {
        tenants.put(
                new TenantId(id),
                TenantRecord.newBuilder()
                        .setTenant(id)
                        .setState(TenantState.ACTIVE)
                        .setGeneration(1)
                        .setCreatedAt(Clockwork.BEGIN)
                        .setUpdatedAt(Clockwork.BEGIN)
                        .setCaCertificates(List.of())
                        .setTokenIssuer("https://" + id)
                        .setTokenKeys("{}")
                        .setRoutingKeyId(id + "/routing/1")
                        .setPayloadKeyId(id + "/payload/1")
                        .setLimits(TenantLimits.newBuilder().build())
                        .build());
    }

    void told(AgentRef agent, AgentSnapshot snapshot) {
        offset++;
        agents.put(agent, snapshot);
        for (SkillRecord skill : snapshot.getRegistration().getSkills()) {
            offering.computeIfAbsent(agent.tenant() + "/" + skill.getId(), key -> new LinkedHashMap<>())
                    .put(agent, snapshot);
        }
        index.update(agent, Optional.of(snapshot));
        listeners.forEach(listener -> listener.accept(agent, Optional.of(snapshot)));
    }

    /** The agents of a tenant with a skill, by the registrations that were told last. */
    Collection<AgentSnapshot> offering(String tenant, String skill) {
        Map<AgentRef, AgentSnapshot> group = offering.getOrDefault(tenant + "/" + skill, Map.of());
        return group.values();
    }

    /** The same directory, through a glass that may deceive. */
    Agents through(UnaryOperator<AgentSnapshot> glass) {
        SimDirectory plain = this;
        return new Agents() {
            @Override
            public Optional<AgentSnapshot> find(AgentRef agent) {
                return plain.find(agent).map(glass);
            }

            @Override
            public List<AgentSnapshot> ofTenant(TenantId tenant) {
                return plain.ofTenant(tenant).stream().map(glass).toList();
            }

            @Override
            public Collection<AgentSnapshot> all() {
                return plain.all().stream().map(glass).toList();
            }

            @Override
            public long offset() {
                return plain.offset();
            }

            @Override
            public void onChange(BiConsumer<AgentRef, Optional<AgentSnapshot>> listener) {
                plain.onChange((agent, snapshot) -> listener.accept(agent, snapshot.map(glass)));
            }
        };
    }

    Tenants tenants() {
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
                tenants.values().forEach(listener);
            }
        };
    }

    @Override
    public Optional<AgentSnapshot> find(AgentRef agent) {
        return Optional.ofNullable(agents.get(agent));
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
        return offset;
    }

    @Override
    public void onChange(BiConsumer<AgentRef, Optional<AgentSnapshot>> listener) {
        agents.forEach((agent, snapshot) -> listener.accept(agent, Optional.of(snapshot)));
        listeners.add(listener);
    }
}
