package org.dmsc.bench;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AgentChannel;
import org.dmsc.schemas.avro.AgentHealth;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.SkillRecord;
import org.dmsc.schemas.avro.TenantLimits;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.schemas.avro.TenantState;
import org.dmsc.tenant.directory.Agents;
import org.dmsc.tenant.directory.Tenants;

/** One tenant with one agent that is always up and takes as much as it gets: what a router sees of the fabric of {@code bench roundtrip}. */
record OneAgent(AgentRef agent, String routingKeyId, String payloadKeyId) {

    private static final long LONG_AGO = 1;
    private static final int CAPACITY = 1_000_000;

    Tenants tenants() {
        TenantRecord tenant = TenantRecord.newBuilder()
                .setTenant(agent.tenant().value())
                .setState(TenantState.ACTIVE)
                .setGeneration(1)
                .setCreatedAt(LONG_AGO)
                .setUpdatedAt(LONG_AGO)
                .setCaCertificates(List.of())
                .setTokenIssuer("https://" + agent.tenant())
                .setTokenKeys("{}")
                .setRoutingKeyId(routingKeyId)
                .setPayloadKeyId(payloadKeyId)
                .setLimits(TenantLimits.newBuilder().build())
                .build();
        return new Tenants() {
            @Override
            public Optional<TenantRecord> find(TenantId id) {
                return agent.tenant().equals(id) ? Optional.of(tenant) : Optional.empty();
            }

            @Override
            public List<TenantRecord> all() {
                return List.of(tenant);
            }

            @Override
            public void onChange(Consumer<TenantRecord> listener) {
                listener.accept(tenant);
            }
        };
    }

    Agents agents() {
        AgentSnapshot snapshot = snapshot();
        return new Agents() {
            @Override
            public Optional<AgentSnapshot> find(AgentRef wanted) {
                return agent.equals(wanted) ? Optional.of(snapshot) : Optional.empty();
            }

            @Override
            public List<AgentSnapshot> ofTenant(TenantId tenant) {
                return agent.tenant().equals(tenant) ? List.of(snapshot) : List.of();
            }

            @Override
            public Collection<AgentSnapshot> all() {
                return List.of(snapshot);
            }

            @Override
            public long offset() {
                return 1;
            }

            @Override
            public void onChange(BiConsumer<AgentRef, Optional<AgentSnapshot>> listener) {
                listener.accept(agent, Optional.of(snapshot));
            }
        };
    }

    private AgentSnapshot snapshot() {
        return AgentSnapshot.newBuilder()
                .setTenant(agent.tenant().value())
                .setAgent(agent.agent().value())
                .setRevision(1)
                .setRegistration(AgentRegistration.newBuilder()
                        .setCardJson("{}")
                        .setName(agent.agent().value())
                        .setDescription("Answers with the same text")
                        .setVersion("1")
                        .setChannel(AgentChannel.A2A_HTTP)
                        .setUrl("https://localhost/")
                        .setSkills(List.of(new SkillRecord(
                                "echo", "echo", "Answers with the same text", List.of("echo"), List.of(), false)))
                        .setCapacity(CAPACITY)
                        .build())
                .setHealth(AgentHealth.UP)
                .setRegisteredAt(LONG_AGO)
                .setLastSeenAt(LONG_AGO)
                .setUpdatedAt(LONG_AGO)
                .build();
    }
}
