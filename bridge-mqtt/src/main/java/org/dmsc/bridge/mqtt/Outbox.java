package org.dmsc.bridge.mqtt;

import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.mqtt.broker.Device;
import org.dmsc.bridge.mqtt.broker.OutboundPublish;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.RefusedException;

/** The way to devices: the broker, or a test. */
interface Outbox {

    /** Sends on the connection of that client; false when it is gone or did not subscribe. Order per client is kept. */
    CompletionStage<Boolean> send(String clientId, OutboundPublish publish);

    /** Sends on whichever connection of an agent hears the topic, in order, now or when there is one ({@link ReplyLines}). */
    void reply(AgentRef agent, Reply reply);

    /** Ends the connection of a client whose credentials count no more; false when it has none. */
    CompletionStage<Boolean> evict(String clientId, RefusedException why);

    /** Ends a connection; its client is expected to connect again. */
    void hangUp(Device device, String why);
}
