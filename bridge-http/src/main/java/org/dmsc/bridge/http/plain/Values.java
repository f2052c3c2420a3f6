package org.dmsc.bridge.http.plain;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.dmsc.bridge.core.DeliveryOrder;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.schemas.avro.Delivery;

/** What a delivery puts into the places of a template. */
final class Values {

    /** The names of places; everything else is a pointer. */
    static final Set<String> NAMES = new TreeSet<>(
            Set.of("text", "data", "skill", "taskId", "contextId", "messageId", "deliveryId", "caller", "attempt"));

    private final Delivery delivery;
    private final ObjectNode message;

    Values(DeliveryOrder order) {
        this.delivery = order.delivery();
        this.message = A2aJson.parse(order.message());
    }

    /** The value of a place; JSON null where the message has none. */
    JsonNode get(String place) {
        if (place.startsWith("/")) {
            JsonNode found = message.at(JsonPointer.compile(place));
            return found.isMissingNode() ? NullNode.getInstance() : found;
        }
        switch (place) {
            case "text":
                return TextNode.valueOf(text());
            case "data":
                return data();
            case "skill":
                return TextNode.valueOf(delivery.getSkill() == null ? "" : delivery.getSkill());
            case "taskId":
                return TextNode.valueOf(delivery.getTaskId());
            case "contextId":
                return TextNode.valueOf(delivery.getContextId());
            case "messageId":
                return TextNode.valueOf(delivery.getMessageId());
            case "deliveryId":
                return TextNode.valueOf(delivery.getDeliveryId());
            case "caller":
                return TextNode.valueOf(delivery.getCallerTenant() + "/" + delivery.getCallerAgent());
            case "attempt":
                return TextNode.valueOf(Integer.toString(delivery.getAttempt()));
            default:
                throw new IllegalStateException("unknown place: " + place);
        }
    }

    private String text() {
        List<String> texts = new ArrayList<>();
        message.path("parts").forEach(part -> {
            if (part.path("text").isTextual()) {
                texts.add(part.path("text").textValue());
            }
        });
        return String.join("\n", texts);
    }

    /** The first part that is data. */
    private JsonNode data() {
        for (JsonNode part : message.path("parts")) {
            if (part.has("data")) {
                return part.get("data");
            }
        }
        return NullNode.getInstance();
    }
}
