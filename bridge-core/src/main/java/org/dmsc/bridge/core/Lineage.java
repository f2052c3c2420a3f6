package org.dmsc.bridge.core;

import java.util.List;
import org.dmsc.schemas.AgentRef;

/**
 * Where a sub-task comes from: read from a delegation token.
 *
 * @param holder the agent the parent task was delivered to, the only one who may use it
 * @param ancestors {@code <tenant>/<agent>} of every delegator above the holder, oldest first
 * @param hops how deep the sub-task is
 * @param deadline the parent's deadline, which the sub-task inherits
 */
public record Lineage(
        AgentRef holder, String rootTaskId, String parentTaskId, List<String> ancestors, int hops, long deadline) {

    public Lineage {
        ancestors = List.copyOf(ancestors);
    }
}
