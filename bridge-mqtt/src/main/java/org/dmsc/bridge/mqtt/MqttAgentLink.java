package org.dmsc.bridge.mqtt;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.dmsc.bridge.core.AgentLink;
import org.dmsc.bridge.core.AttemptSink;
import org.dmsc.bridge.core.Certainty;
import org.dmsc.bridge.core.DeliveryOrder;
import org.dmsc.bridge.core.a2a.Deliveries;
import org.dmsc.bridge.core.a2a.RequestName;
import org.dmsc.bridge.core.a2a.TaskKey;
import org.dmsc.bridge.mqtt.Devices.Share;
import org.dmsc.bridge.mqtt.broker.Device;
import org.dmsc.bridge.mqtt.broker.DeviceTraffic.Receipt;
import org.dmsc.bridge.mqtt.broker.OutboundPublish;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.AgentChannel;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.Delivery;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tasks to devices that are connected here, and their answers. A task counts as delivered when the device acknowledged it, not when the broker
 * took it. Thread-safe, never blocks.
 */
final class MqttAgentLink implements AgentLink {

    private static final Logger LOG = LoggerFactory.getLogger(MqttAgentLink.class);

    /** How long after its attempt's deadline a delivery is remembered, for answers that are just late. */
    private static final long GRACE_MS = 60_000;

    private final Devices devices;
    private final Outbox outbox;
    private final Function<Delivery, String> tokens;
    private final Clock clock;
    private final MqttMetrics metrics;
    private final Map<AgentChannel, DeliveryWriter> writers;
    private final Map<String, OpenDelivery> open = new ConcurrentHashMap<>();

    /** Writes requests in a device's protocol. */
    interface DeliveryWriter {

        /** The topic on which agents of this protocol hear requests. */
        String topic(AgentRef agent);

        /** A task. */
        OutboundPublish task(DeliveryOrder order, ObjectNode sendMessageRequest);

        /** The wish that a task be dropped. */
        OutboundPublish cancel(Delivery cancelled);
    }

    MqttAgentLink(MqttEdgeParts parts, Devices devices, Outbox outbox, MqttMetrics metrics) {
        this.devices = devices;
        this.outbox = outbox;
        this.tokens = parts.tokens();
        this.clock = parts.clock();
        this.metrics = metrics;
        this.writers = Map.of(AgentChannel.MQTT5, new ProfileWriter(), AgentChannel.MQTT311, new EnvelopeWriter());
    }

    @Override
    public boolean serves(AgentSnapshot agent) {
        return hearing(agent).isPresent();
    }

    @Override
    public void deliver(DeliveryOrder order, AttemptSink sink) {
        Optional<Device> device = hearing(order.agent());
        if (device.isEmpty()) {
            sink.failed(
                    Refusal.UNDELIVERABLE,
                    "device " + nameOf(order.agent()) + " is not connected here",
                    Certainty.CERTAIN);
            return;
        }
        if (!devices.takeRoom(device.get(), Share.TASK)) {
            sink.failed(
                    Refusal.OVERLOADED,
                    "device " + nameOf(order.agent()) + " has not acknowledged earlier tasks",
                    Certainty.CERTAIN);
            return;
        }
        OpenDelivery delivery = new OpenDelivery(order, device.get(), sink, clock);
        open.put(delivery.id(), delivery);
        try {
            send(delivery, order);
        } catch (RefusedException e) {
            devices.giveRoom(device.get());
            close(delivery, e.refusal(), e.sentence());
        }
    }

    @Override
    public void cancel(Delivery cancel) {
        OpenDelivery delivery = open.get(RequestName.of(cancel.getDeliveryId()));
        if (delivery == null) {
            return;
        }
        DeliveryWriter writer = writers.get(delivery.channel());
        if (writer != null) {
            outbox.send(delivery.device().clientId(), writer.cancel(delivery.delivery()));
        }
    }

    /** What became of an answer. */
    enum Taken {
        /** The stage says when it is stored. */
        OPEN,
        /** Its delivery has ended, or never was. */
        LATE,
        /** It answers what was asked of somebody else. */
        FOREIGN
    }

    /** An answer, and when it is stored. */
    record Answered(Taken taken, CompletionStage<?> stored) {}

    /** A device answers a delivery with an A2A {@code StreamResponse}. */
    Answered answer(Device device, String deliveryId, ObjectNode response) {
        return with(device, deliveryId, delivery -> delivery.answer(response));
    }

    /** A device answers a delivery with a piece of an artifact, as bytes. */
    Answered chunk(Device device, String deliveryId, BinaryChunk chunk) {
        return with(device, deliveryId, delivery -> delivery.chunk(chunk));
    }

    /** A device says that it cannot do what was delivered. */
    Answered failed(Device device, String deliveryId, String reason) {
        return with(
                device,
                deliveryId,
                delivery -> delivery.failed(Refusal.AGENT_FAILED, "the device reported: " + reason, Certainty.CERTAIN));
    }

    /** A device's answer cannot be read. */
    Answered invalid(Device device, String deliveryId, RefusedException why) {
        return with(
                device,
                deliveryId,
                delivery -> delivery.failed(Refusal.INVALID_AGENT_RESPONSE, why.sentence(), Certainty.UNCERTAIN));
    }

    /** The task of a delivery that is open. */
    Optional<TaskKey> taskOf(String deliveryId) {
        return Optional.ofNullable(open.get(deliveryId))
                .map(delivery -> new TaskKey(
                        delivery.delivery().getTaskId(), delivery.delivery().getContextId()));
    }

    /** Who has a delivery that is open. */
    Optional<AgentRef> assigneeOf(String deliveryId) {
        return Optional.ofNullable(open.get(deliveryId))
                .map(delivery -> delivery.device().agent());
    }

    void sent(Device device, String deliveryId, int qos) {
        OpenDelivery delivery = open.get(deliveryId);
        if (delivery != null) {
            delivery.sent();
        }
        if (qos == 0) {
            received(device, deliveryId, Receipt.ACCEPTED);
        }
    }

    void received(Device device, String deliveryId, Receipt receipt) {
        devices.giveRoom(device);
        OpenDelivery delivery = open.get(deliveryId);
        if (delivery == null) {
            return;
        }
        if (receipt == Receipt.ACCEPTED) {
            metrics.delivered("received");
            delivery.received();
        } else {
            close(delivery, Refusal.UNDELIVERABLE, "device " + delivery.device().agent() + " refused the message");
        }
    }

    void disconnected(Device device, String reason) {
        open.values().removeIf(delivery -> {
            if (!delivery.device().connection().equals(device.connection())) {
                return false;
            }
            delivery.lost(reason);
            return true;
        });
    }

    /** Forgets what is long over. */
    void sweep() {
        long before = clock.millis() - GRACE_MS;
        open.values()
                .removeIf(delivery -> delivery.isClosed() || delivery.delivery().getAttemptDeadline() < before);
    }

    private void send(OpenDelivery delivery, DeliveryOrder order) {
        DeliveryWriter writer = writers.get(order.agent().getRegistration().getChannel());
        if (writer == null) {
            throw new RefusedException(Refusal.UNDELIVERABLE, "not an MQTT agent");
        }
        ObjectNode request = Deliveries.withTaskId(order, Optional.of(tokens.apply(order.delivery())));
        OutboundPublish publish = writer.task(order, request).tagged(delivery.id());
        outbox.send(delivery.device().clientId(), publish).whenComplete((taken, fault) -> {
            if (fault != null || !taken) {
                devices.giveRoom(delivery.device());
                close(
                        delivery,
                        Refusal.UNDELIVERABLE,
                        "device " + delivery.device().agent() + " is gone");
            }
        });
    }

    private Answered with(Device device, String deliveryId, Function<OpenDelivery, CompletionStage<?>> act) {
        OpenDelivery delivery = open.get(deliveryId);
        if (delivery == null || delivery.isClosed()) {
            metrics.answered("late");
            LOG.atDebug()
                    .addKeyValue("agent", device.agent())
                    .addKeyValue("delivery", deliveryId)
                    .log("late mqtt answer ignored");
            return new Answered(Taken.LATE, CompletableFuture.completedFuture(null));
        }
        if (!delivery.device().agent().equals(device.agent())) {
            return new Answered(Taken.FOREIGN, CompletableFuture.completedFuture(null));
        }
        CompletionStage<?> stored = act.apply(delivery);
        if (delivery.isClosed()) {
            // A follow-up that ends the attempt ends the request that it followed, too.
            open.values().removeIf(delivery::isOfTheAttemptOf);
        }
        metrics.answered("taken");
        return new Answered(Taken.OPEN, stored);
    }

    private void close(OpenDelivery delivery, Refusal refusal, String reason) {
        open.remove(delivery.id(), delivery);
        metrics.delivered("failed");
        delivery.failed(refusal, reason, Certainty.CERTAIN);
    }

    private Optional<Device> hearing(AgentSnapshot agent) {
        AgentRef ref = nameOf(agent);
        return Optional.ofNullable(writers.get(agent.getRegistration().getChannel()))
                .flatMap(writer -> devices.hearing(ref, writer.topic(ref)));
    }

    private static AgentRef nameOf(AgentSnapshot agent) {
        return AgentRef.of(agent.getTenant(), agent.getAgent());
    }
}
