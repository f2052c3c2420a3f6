package org.dmsc.bridge.mqtt;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.dmsc.bridge.mqtt.broker.Device;
import org.dmsc.bridge.mqtt.broker.EmbeddedBroker;
import org.dmsc.bridge.mqtt.broker.OutboundPublish;
import org.dmsc.bridge.mqtt.connector.Connector;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends through the embedded broker, or the outside one that has the client. */
final class BrokerOutbox implements Outbox {

    private static final Logger LOG = LoggerFactory.getLogger(BrokerOutbox.class);

    private final Supplier<EmbeddedBroker> broker;
    private final Supplier<ReplyLines> replies;
    private final Function<String, Optional<Connector>> connectors;

    /** @param connectors whose agents are behind another broker: that which has a client id */
    BrokerOutbox(
            Supplier<EmbeddedBroker> broker,
            Supplier<ReplyLines> replies,
            Function<String, Optional<Connector>> connectors) {
        this.broker = broker;
        this.replies = replies;
        this.connectors = connectors;
    }

    @Override
    public CompletionStage<Boolean> send(String clientId, OutboundPublish publish) {
        Optional<Connector> outside = connectors.apply(clientId);
        if (outside.isPresent()) {
            return outside.get().send(clientId, publish);
        }
        try {
            return broker.get().send(clientId, publish);
        } catch (RefusedException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public void reply(AgentRef agent, Reply reply) {
        replies.get().reply(agent, reply);
    }

    @Override
    public CompletionStage<Boolean> evict(String clientId, RefusedException why) {
        LOG.atInfo()
                .addKeyValue("client", clientId)
                .addKeyValue("refusal", why.refusal())
                .log("mqtt device is cut off");
        Optional<Connector> outside = connectors.apply(clientId);
        if (outside.isPresent()) {
            return outside.get().disconnect(clientId, why.sentence());
        }
        try {
            return why.refusal() == Refusal.REVOKED
                    ? broker.get().expel(clientId, why.sentence())
                    : broker.get().disconnect(clientId, why.sentence());
        } catch (RefusedException e) {
            // The broker is closed, and with it the connection.
            return CompletableFuture.completedFuture(true);
        }
    }

    @Override
    public void hangUp(Device device, String why) {
        LOG.atInfo()
                .addKeyValue("agent", device.agent())
                .addKeyValue("reason", why)
                .log("mqtt device is disconnected");
        Optional<Connector> outside = connectors.apply(device.clientId());
        if (outside.isPresent()) {
            outside.get().disconnect(device.clientId(), why);
            return;
        }
        try {
            broker.get().disconnect(device.clientId(), why);
        } catch (RefusedException e) {
            LOG.atDebug().addKeyValue("agent", device.agent()).log("the broker is closed, and with it the connection");
        }
    }
}
