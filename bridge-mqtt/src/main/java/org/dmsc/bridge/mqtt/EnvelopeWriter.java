package org.dmsc.bridge.mqtt;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.dmsc.bridge.core.DeliveryOrder;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.RequestName;
import org.dmsc.bridge.mqtt.broker.OutboundPublish;
import org.dmsc.bridge.mqtt.wire.DeviceTopic;
import org.dmsc.bridge.mqtt.wire.DeviceTopic.Kind;
import org.dmsc.bridge.mqtt.wire.Envelope;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.avro.Delivery;

/** Requests of the fabric to an MQTT 3.1.1 agent. */
final class EnvelopeWriter implements MqttAgentLink.DeliveryWriter {

    @Override
    public String topic(AgentRef agent) {
        return DeviceTopic.of(Kind.IN, agent).text();
    }

    @Override
    public OutboundPublish task(DeliveryOrder order, ObjectNode sendMessageRequest) {
        Delivery delivery = order.delivery();
        ObjectNode envelope =
                Envelope.write(Envelope.Type.REQUEST, RequestName.of(delivery.getDeliveryId()), sendMessageRequest);
        envelope.put(
                "operation", order.agent().getRegistration().getStreaming() ? "SendStreamingMessage" : "SendMessage");
        return publish(delivery, envelope);
    }

    @Override
    public OutboundPublish cancel(Delivery cancelled) {
        return publish(
                cancelled,
                Envelope.answer(
                        Envelope.Type.CANCEL,
                        RequestName.of(cancelled.getDeliveryId()) + ".cancel",
                        Optional.of(RequestName.of(cancelled.getDeliveryId())),
                        A2aJson.object()));
    }

    private OutboundPublish publish(Delivery delivery, ObjectNode envelope) {
        AgentRef agent = AgentRef.of(delivery.getAssigneeTenant(), delivery.getAssigneeAgent());
        return OutboundPublish.plain(topic(agent), A2aJson.bytes(envelope));
    }
}
