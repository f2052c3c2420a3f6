package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.node.TextNode;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.SkillRecord;
import org.dmsc.tenant.directory.Agents;
import org.dmsc.tenant.policy.Visibility;

/**
 * The agents that a tenant may know of: its own as they are, and those of exporters as far as grants in force go, with nothing but the skills
 * that were granted.
 */
final class VisibleAgents {

    private final Agents agents;
    private final Visibility visibility;
    private final Clock clock;

    VisibleAgents(HttpEdgeParts parts) {
        this.agents = parts.agents();
        this.visibility = new Visibility(parts.tenants(), parts.policies());
        this.clock = parts.clock();
    }

    /** Whose agents may be searched; each find MUST be looked up by {@link #find} before it is shown. */
    Set<TenantId> tenants(TenantId viewer) {
        return visibility.of(viewer, clock.millis());
    }

    /** All of them: the viewer's own first. */
    List<AgentSnapshot> all(TenantId viewer) {
        List<AgentSnapshot> all = new ArrayList<>(agents.ofTenant(viewer));
        tenants(viewer).stream()
                .filter(exporter -> !exporter.equals(viewer))
                .sorted()
                .flatMap(exporter -> agents.ofTenant(exporter).stream())
                .map(agent -> reduced(viewer, agent))
                .filter(agent -> !agent.getRegistration().getSkills().isEmpty())
                .forEach(all::add);
        return all;
    }

    /** The agent as the viewer may see it; empty when it is not there, and the same when the viewer may not see it. */
    Optional<AgentSnapshot> find(TenantId viewer, AgentRef agent) {
        Optional<AgentSnapshot> found = agents.find(agent);
        return agent.tenant().equals(viewer)
                ? found
                : found.map(snapshot -> reduced(viewer, snapshot))
                        .filter(reduced ->
                                !reduced.getRegistration().getSkills().isEmpty());
    }

    /** Whether the viewer may use that skill of that agent. */
    boolean mayUse(TenantId viewer, AgentRef agent, String skill) {
        return agent.tenant().equals(viewer)
                || visibility
                        .grant(viewer, agent.tenant(), skill, clock.millis())
                        .isPresent();
    }

    /** Without everything that the grant does not name: other skills, where it is, how busy it is, its card's other words. */
    private AgentSnapshot reduced(TenantId viewer, AgentSnapshot agent) {
        TenantId exporter = new TenantId(agent.getTenant());
        List<SkillRecord> granted = agent.getRegistration().getSkills().stream()
                .filter(skill -> visibility
                        .grant(viewer, exporter, skill.getId(), clock.millis())
                        .isPresent())
                .toList();
        AgentRegistration registration = AgentRegistration.newBuilder(agent.getRegistration())
                .setName(agent.getRegistration().getName())
                .setDescription("")
                .setCardJson(
                        "{\"name\":" + TextNode.valueOf(agent.getRegistration().getName()) + "}")
                .setUrl(null)
                .setRegion(null)
                .setCapacity(0)
                .setSkills(granted)
                .build();
        return AgentSnapshot.newBuilder(agent)
                .setRegistration(registration)
                .setHealthReason("")
                .setInFlight(0)
                .setQueueDepth(0)
                .setCpu(0)
                .setLatencyMs(0)
                .setErrorRate(0)
                .setLastSeenAt(0)
                .build();
    }
}
