package org.dmsc.bridge.core;

import java.util.List;
import org.dmsc.schemas.AgentRef;

/**
 * Who has a task, and why.
 *
 * @param skill the skill it was chosen for; empty when the caller named the agent only
 */
public record Assignment(AgentRef agent, String skill, int attempt, List<String> reasons) {

    public Assignment {
        reasons = List.copyOf(reasons);
    }
}
