package org.dmsc.bridge.core;

import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.Delivery;

/**
 * One delivery, opened.
 *
 * @param message JSON of the A2A {@code Message}, as its caller's bridge sealed it; MUST NOT be changed
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared, and copied by nobody: contents are up to 10 MiB.
public record DeliveryOrder(Delivery delivery, AgentSnapshot agent, byte[] message) {

    @Override
    public String toString() {
        return "DeliveryOrder[" + delivery.getDeliveryId() + ", " + message.length + " bytes]";
    }
}
