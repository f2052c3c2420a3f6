package org.dmsc.bridge.mqtt.connector;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Map;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.mqtt.broker.OutboundPublish;

/** What the fabric says, in the words of an outside broker. */
final class Outlet {

    private static final String RESPONDER = "a2a-responder-agent-id";

    private final OutsideTopics topics;
    private final String via;

    /** @param via says that it was us */
    Outlet(OutsideTopics topics, String via) {
        this.topics = topics;
        this.via = via;
    }

    OutboundPublish publish(OutboundPublish inside) {
        return written(inside, inside.payload());
    }

    /** A card, with the address that its agent has there. */
    OutboundPublish card(OutboundPublish inside) {
        if (inside.payload().length == 0) {
            return publish(inside);
        }
        ObjectNode card = A2aJson.parse(inside.payload());
        for (JsonNode offered : card.path("supportedInterfaces")) {
            String url = offered.path("url").asText("");
            if (offered instanceof ObjectNode object && url.startsWith("$a2a/v1/request/")) {
                object.put("url", topics.outside(url));
            }
        }
        return written(inside, A2aJson.bytes(card));
    }

    private OutboundPublish written(OutboundPublish inside, byte[] payload) {
        Map<String, String> properties = new HashMap<>(inside.properties());
        properties.computeIfPresent(RESPONDER, (name, agent) -> topics.outsideName(agent));
        properties.put(Inlet.VIA, via);
        return new OutboundPublish(
                topics.outside(inside.topic()),
                payload,
                inside.responseTopic().map(topics::outside),
                inside.correlation(),
                inside.contentType(),
                properties,
                inside.tag());
    }
}
