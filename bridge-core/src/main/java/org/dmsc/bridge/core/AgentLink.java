package org.dmsc.bridge.core;

import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.Delivery;

/**
 * A way to agents that this process has: HTTP calls, MQTT clients connected here. All methods are called on the lane loop's thread: they MUST
 * NOT block and MUST NOT wait for Kafka.
 */
public interface AgentLink {

    /** Whether this process can reach the agent now. */
    boolean serves(AgentSnapshot agent);

    /**
     * Hands a task, or a follow-up message ({@code delivery.kind}), to an agent. Within ten seconds the sink must hear
     * {@link AttemptSink#delivered}, an update or a failure; otherwise the attempt is ended as undeliverable.
     */
    void deliver(DeliveryOrder order, AttemptSink sink);

    /** Tells the agent, if it still works on it, that the task is not wanted any more. */
    void cancel(Delivery cancel);
}
