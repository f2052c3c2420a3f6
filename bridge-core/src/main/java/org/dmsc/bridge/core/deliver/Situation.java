package org.dmsc.bridge.core.deliver;

import java.util.Optional;
import java.util.Set;
import org.dmsc.bridge.core.lanes.LaneRecord.Past;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.Delivery;

/**
 * Everything that decides about a delivery.
 *
 * @param agent as the registry has it here
 * @param serves whether a link of this process reaches it now
 * @param ownLanes the lanes of this gateway
 * @param waitedMillis since the record was read
 */
record Situation(
        Delivery delivery,
        Past past,
        Optional<AgentSnapshot> agent,
        Service serves,
        Set<Integer> ownLanes,
        long now,
        long waitedMillis) {

    /** Whether a link reaches the agent. */
    enum Service {
        HERE,
        NOT_HERE
    }
}
