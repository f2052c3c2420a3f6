package org.dmsc.bridge.mqtt;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.dmsc.bridge.mqtt.broker.Device;
import org.dmsc.bridge.mqtt.broker.EmbeddedBroker;
import org.dmsc.bridge.mqtt.broker.OutboundPublish;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends through the embedded broker. */
final class BrokerOutbox implements Outbox {

    private static final Logger LOG = LoggerFactory.getLogger(BrokerOutbox.class);

    private final Supplier<EmbeddedBroker> broker;
    private final Devices devices;
    private final MqttMetrics metrics;

    BrokerOutbox(Supplier<EmbeddedBroker> broker, Devices devices, MqttMetrics metrics) {
        this.broker = broker;
        this.devices = devices;
        this.metrics = metrics;
    }

    @Override
    public CompletionStage<Boolean> send(String clientId, OutboundPublish publish) {
        try {
            return broker.get().send(clientId, publish);
        } catch (RefusedException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public void reply(AgentRef agent, OutboundPublish publish) {
        Optional<Device> device = devices.hearing(agent, publish.topic());
        CompletionStage<Boolean> sent =
                device.isPresent() ? send(device.get().clientId(), publish) : CompletableFuture.completedFuture(false);
        sent.whenComplete((taken, fault) -> {
            boolean reached = fault == null && taken;
            metrics.replied(reached ? "sent" : "lost");
            if (!reached) {
                LOG.atWarn()
                        .addKeyValue("agent", agent)
                        .addKeyValue("topic", publish.topic())
                        .log("mqtt reply reached nobody: the device is gone or did not subscribe to it");
            }
        });
    }

    @Override
    public CompletionStage<Boolean> evict(String clientId, RefusedException why) {
        LOG.atInfo()
                .addKeyValue("client", clientId)
                .addKeyValue("refusal", why.refusal())
                .log("mqtt device is cut off");
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
        try {
            broker.get().disconnect(device.clientId(), why);
        } catch (RefusedException e) {
            LOG.atDebug().addKeyValue("agent", device.agent()).log("the broker is closed, and with it the connection");
        }
    }
}
