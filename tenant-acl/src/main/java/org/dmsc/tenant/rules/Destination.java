package org.dmsc.tenant.rules;

import java.util.Optional;
import org.dmsc.schemas.AgentRef;

/**
 * Whose work it would be.
 *
 * @param party the agent's tenant
 * @param skill by which it would do it; empty where an edge does not know it yet
 * @param region of the agent; empty: where its tenant is
 */
public record Destination(Party party, AgentRef agent, Optional<String> skill, Optional<String> region) {

    /** Where the agent is, as far as anybody said. */
    Optional<String> place() {
        return region.or(() -> party.policy().region());
    }
}
