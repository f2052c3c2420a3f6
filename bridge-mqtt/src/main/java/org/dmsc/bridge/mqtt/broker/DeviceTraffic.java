package org.dmsc.bridge.mqtt.broker;

import java.util.Optional;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.identity.Caller;

/**
 * What the broker asks the edge, and tells it. Called on the broker's threads: implementations MUST NOT block. Whatever is thrown counts as a
 * refusal.
 */
public interface DeviceTraffic {

    /**
     * Decides who is connecting.
     *
     * @throws RefusedException when it may not connect, with this client id or at all
     */
    Caller authenticate(Knock knock);

    /** A device is connected and may be sent to once it subscribed. */
    void connected(Device device);

    /** The connection ended, for whatever reason; called once for each {@link #connected}. */
    void disconnected(Device device, String reason);

    /** A PUBLISH arrived; everything about it is decided here. */
    PublishVerdict published(Device device, InboundPublish publish);

    /** Why the device may not subscribe: the filter shows more than its own topics, or its tenant has too many; empty when it may. */
    Optional<RefusedException> refusesSubscription(Device device, String filter);

    /** Whether the device's last will may go to that topic. */
    boolean mayLeaveWill(Device device, String topic);

    /** The only topic that the device's last will may go to. */
    String willTopic(Device device);

    /** A subscription is in force. */
    void subscribed(Device device, String filter);

    /** A subscription is gone. */
    void unsubscribed(Device device, String filter);

    /** A tagged publish was written to the connection; with QoS 0 nothing more will be heard of it. */
    void sent(Device device, String tag, int qos);

    /** The client acknowledged a tagged publish: it has it, or it refuses it. */
    void received(Device device, String tag, Receipt receipt);

    /** What a client said about a publish. */
    enum Receipt {
        ACCEPTED,
        REFUSED
    }
}
