package org.dmsc.bridge.mqtt.connector;

import java.util.Optional;
import org.dmsc.bridge.mqtt.broker.DeviceTraffic;
import org.dmsc.bridge.mqtt.broker.Knock;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.identity.Caller;

/** The same as of devices that are connected here, and what only those behind another broker need. */
public interface OutsideTraffic extends DeviceTraffic {

    /**
     * Lets in an agent on the word of an outside broker.
     *
     * @throws RefusedException when its tenant is not active, it is revoked, or its tenant has too many connections
     */
    Caller vouch(Knock knock, AgentRef agent);

    /** Who was asked by the delivery of that name; empty when it is not open. */
    Optional<AgentRef> askedBy(String deliveryName);

    /** Writes down the refusal of somebody whose identity is not known. */
    void refused(String address, RefusedException why, String object);
}
