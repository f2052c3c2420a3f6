package org.dmsc.tenant.testing;

import java.util.List;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.avro.AgentChannel;
import org.dmsc.schemas.avro.AgentHealth;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.SkillRecord;

/** Agents as the registry knows them. */
public final class AgentCards {

    private AgentCards() {}

    /** An agent that is up, with these skills. */
    public static AgentSnapshot snapshot(AgentRef agent, String name, String description, SkillRecord... skills) {
        AgentRegistration registration = AgentRegistration.newBuilder()
                .setCardJson("{}")
                .setName(name)
                .setDescription(description)
                .setChannel(AgentChannel.A2A_HTTP)
                .setSkills(List.of(skills))
                .build();
        return AgentSnapshot.newBuilder()
                .setTenant(agent.tenant().value())
                .setAgent(agent.agent().value())
                .setRevision(1)
                .setRegistration(registration)
                .setHealth(AgentHealth.UP)
                .setRegisteredAt(0)
                .setLastSeenAt(0)
                .setUpdatedAt(0)
                .build();
    }

    /** A skill without examples. */
    public static SkillRecord skill(String id, String name, String description, String... tags) {
        return SkillRecord.newBuilder()
                .setId(id)
                .setName(name)
                .setDescription(description)
                .setTags(List.of(tags))
                .build();
    }
}
