package org.dmsc.tenant.rules;

import java.util.Optional;
import java.util.Set;
import org.dmsc.schemas.AgentRef;
import org.dmsc.tenant.Enforcement;

/**
 * Where a task with this tag may go. Only the tenant's document can clear an agent: an agent cannot clear itself.
 *
 * @param boundary how far it may go
 * @param clearance whether an agent must be cleared for it
 * @param cleared agents, all of their skills
 * @param clearedSkills {@code <tenant>/<agent>#<skill>}
 */
public record DataTagRule(
        String tag,
        Boundary boundary,
        Clearance clearance,
        Set<AgentRef> cleared,
        Set<String> clearedSkills,
        Enforcement enforcement) {

    public DataTagRule {
        cleared = Set.copyOf(cleared);
        clearedSkills = Set.copyOf(clearedSkills);
    }

    /** How far data may go. */
    public enum Boundary {
        NONE,
        REGION,
        TENANT,
        /** Neither may be left. */
        TENANT_AND_REGION
    }

    /** Whether an agent must be named in the document to get it. */
    public enum Clearance {
        REQUIRED,
        NOT_REQUIRED
    }

    boolean staysInTenant() {
        return boundary == Boundary.TENANT || boundary == Boundary.TENANT_AND_REGION;
    }

    boolean staysInRegion() {
        return boundary == Boundary.REGION || boundary == Boundary.TENANT_AND_REGION;
    }

    /** While the skill is not known, one that would do is enough: whoever knows it asks again. */
    boolean clears(AgentRef agent, Optional<String> skill) {
        return clearance == Clearance.NOT_REQUIRED
                || cleared.contains(agent)
                || skill.map(known -> clearedSkills.contains(agent + "#" + known))
                        .orElseGet(() -> clearedSkills.stream().anyMatch(one -> one.startsWith(agent + "#")));
    }
}
