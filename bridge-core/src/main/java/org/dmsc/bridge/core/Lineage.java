package org.dmsc.bridge.core;

import java.util.List;
import java.util.Set;
import org.dmsc.schemas.AgentRef;

/**
 * Where a sub-task comes from: read from a delegation token.
 *
 * @param holder the agent the parent task was delivered to, the only one who may use it
 * @param ancestors {@code <tenant>/<agent>} of every delegator above the holder, oldest first
 * @param hops how deep the sub-task is
 * @param deadline the parent's deadline, which the sub-task inherits
 * @param attempts most attempts of the sub-task, those of its parent
 * @param priority the highest that the sub-task may have, its parent's
 * @param dataTags of the parent, which the sub-task inherits: data does not lose its tags by being handed on
 */
public record Lineage(
        AgentRef holder,
        String rootTaskId,
        String parentTaskId,
        List<String> ancestors,
        int hops,
        long deadline,
        int attempts,
        Priority priority,
        Set<String> dataTags) {

    public Lineage {
        ancestors = List.copyOf(ancestors);
        dataTags = Set.copyOf(dataTags);
    }
}
