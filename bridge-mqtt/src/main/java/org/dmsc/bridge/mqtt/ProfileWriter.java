package org.dmsc.bridge.mqtt;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.dmsc.bridge.core.DeliveryOrder;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.RequestName;
import org.dmsc.bridge.mqtt.broker.OutboundPublish;
import org.dmsc.bridge.mqtt.wire.DeviceTopic;
import org.dmsc.bridge.mqtt.wire.DeviceTopic.Kind;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.Delivery;

/** Requests of the fabric by A2A over MQTT 0.1: JSON-RPC, with the delivery id as correlation and as the end of the response topic. */
final class ProfileWriter implements MqttAgentLink.DeliveryWriter {

    static final String JSON = "application/json";

    @Override
    public String topic(AgentRef agent) {
        return DeviceTopic.of(Kind.REQUEST, agent).text();
    }

    @Override
    public OutboundPublish task(DeliveryOrder order, ObjectNode sendMessageRequest) {
        String method = order.agent().getRegistration().getStreaming() ? "SendStreamingMessage" : "SendMessage";
        return request(order.delivery(), RequestName.of(order.delivery().getDeliveryId()), method, sendMessageRequest);
    }

    @Override
    public OutboundPublish cancel(Delivery cancelled) {
        ObjectNode params = A2aJson.object();
        params.put("id", cancelled.getTaskId());
        return request(cancelled, RequestName.of(cancelled.getDeliveryId()) + ".cancel", "CancelTask", params);
    }

    private OutboundPublish request(Delivery delivery, String id, String method, ObjectNode params) {
        AgentRef agent = AgentRef.of(delivery.getAssigneeTenant(), delivery.getAssigneeAgent());
        ObjectNode call = A2aJson.object();
        call.put("jsonrpc", "2.0");
        call.set("id", TextNode.valueOf(id));
        call.put("method", method);
        call.set("params", params);
        return new OutboundPublish(
                topic(agent),
                A2aJson.bytes(call),
                Optional.of(DeviceTopic.replyToGateway(new TenantId(delivery.getAssigneeTenant()), id)
                        .text()),
                Optional.of(id.getBytes(StandardCharsets.UTF_8)),
                Optional.of(JSON),
                Map.of("a2a-context-id", delivery.getContextId()),
                Optional.empty());
    }
}
