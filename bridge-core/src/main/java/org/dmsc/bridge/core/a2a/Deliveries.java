package org.dmsc.bridge.core.a2a;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.dmsc.bridge.core.DeliveryOrder;
import org.dmsc.schemas.avro.Delivery;

/** Writes the {@code SendMessageRequest} with which the fabric hands a task to an agent. */
public final class Deliveries {

    private Deliveries() {}

    /** For an agent that is an A2A server and names its task itself: the message carries no task id. */
    public static ObjectNode toServer(DeliveryOrder order, Optional<String> delegationToken) {
        return request(order, delegationToken);
    }

    /** For an agent that is told the task id (A2A over MQTT). */
    public static ObjectNode withTaskId(DeliveryOrder order, Optional<String> delegationToken) {
        ObjectNode request = request(order, delegationToken);
        ((ObjectNode) request.get("message")).put("taskId", order.delivery().getTaskId());
        return request;
    }

    private static ObjectNode request(DeliveryOrder order, Optional<String> delegationToken) {
        Delivery delivery = order.delivery();
        ObjectNode message = A2aJson.parse(order.message());
        message.remove("taskId");
        message.put("contextId", delivery.getContextId());
        message.put("role", "ROLE_USER");
        DelegationExtension.strip(message);
        ObjectNode extension = DelegationExtension.in(message);
        extension.put("taskId", delivery.getTaskId());
        extension.put("attempt", delivery.getAttempt());
        extension.put("deliveryId", delivery.getDeliveryId());
        extension.put("caller", delivery.getCallerTenant() + "/" + delivery.getCallerAgent());
        if (delivery.getSkill() != null) {
            extension.put("skill", delivery.getSkill());
        }
        delegationToken.ifPresent(token -> extension.put("token", token));
        ObjectNode request = A2aJson.object();
        request.set("message", message);
        return request;
    }
}
