package org.dmsc.node.lanes;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AgentChannel;
import org.dmsc.schemas.avro.AgentHealth;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.Presence;
import org.dmsc.tenant.directory.Agents;

/** Agents as a test says. */
final class KnownAgents implements Agents {

    private final Map<AgentRef, AgentSnapshot> known = new ConcurrentHashMap<>();

    /** An agent that is called, so that every gateway can reach it. */
    void called(AgentRef agent) {
        known.put(agent, snapshot(agent, AgentChannel.A2A_HTTP, Optional.empty()));
    }

    /** An agent that is connected to one gateway. */
    void connected(AgentRef agent, Presence presence) {
        known.put(agent, snapshot(agent, AgentChannel.MQTT5, Optional.of(presence)));
    }

    private static AgentSnapshot snapshot(AgentRef agent, AgentChannel channel, Optional<Presence> presence) {
        AgentRegistration registration = AgentRegistration.newBuilder()
                .setCardJson("{}")
                .setName(agent.agent().value())
                .setDescription("")
                .setChannel(channel)
                .setSkills(List.of())
                .build();
        return AgentSnapshot.newBuilder()
                .setTenant(agent.tenant().value())
                .setAgent(agent.agent().value())
                .setRevision(1)
                .setRegistration(registration)
                .setHealth(AgentHealth.UP)
                .setPresence(presence.orElse(null))
                .setRegisteredAt(0)
                .setLastSeenAt(0)
                .setUpdatedAt(0)
                .build();
    }

    @Override
    public Optional<AgentSnapshot> find(AgentRef agent) {
        return Optional.ofNullable(known.get(agent));
    }

    @Override
    public List<AgentSnapshot> ofTenant(TenantId tenant) {
        return known.entrySet().stream()
                .filter(entry -> entry.getKey().tenant().equals(tenant))
                .map(Map.Entry::getValue)
                .toList();
    }

    @Override
    public Collection<AgentSnapshot> all() {
        return known.values();
    }

    @Override
    public long offset() {
        return 0;
    }

    @Override
    public void onChange(BiConsumer<AgentRef, Optional<AgentSnapshot>> listener) {
        known.forEach((agent, snapshot) -> listener.accept(agent, Optional.of(snapshot)));
    }
}
