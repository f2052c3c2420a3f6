package org.dmsc.bridge.mqtt.broker;

import org.dmsc.schemas.AgentRef;
import org.dmsc.tenant.identity.Caller;

/**
 * One authenticated MQTT connection.
 *
 * @param connection unique to this connection, so that a late event of an old connection is not taken for one of its successor
 * @param receiveMaximum how many unacknowledged publishes the client takes at once
 * @param session what it wants to be kept after its connection
 */
public record Device(
        String connection,
        String clientId,
        Caller caller,
        AgentRef agent,
        Version version,
        int receiveMaximum,
        String remoteAddress,
        Session session) {

    /** The protocol that the client speaks. */
    public enum Version {
        MQTT5,
        MQTT311
    }

    /** The SPIFFE id, for audit and logs. */
    public String spiffeId() {
        return caller.id().uri();
    }
}
