package org.dmsc.bridge.core.a2a.v03;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.dmsc.bridge.core.a2a.A2aJson;

/** Cards that clients of A2A 0.3 read, and those of 1.0 as well: members that one does not know it ignores. */
public final class OldCards {

    private static final Map<String, String> TYPES = Map.of(
            "apiKeySecurityScheme", "apiKey",
            "httpAuthSecurityScheme", "http",
            "oauth2SecurityScheme", "oauth2",
            "openIdConnectSecurityScheme", "openIdConnect",
            "mtlsSecurityScheme", "mutualTLS");

    private OldCards() {}

    /** The card with what 0.3 wants beside what 1.0 has. */
    public static ObjectNode dual(ObjectNode card) {
        ObjectNode dual = card.deepCopy();
        ArrayNode others = A2aJson.array();
        for (JsonNode offered : card.path("supportedInterfaces")) {
            String binding = offered.path("protocolBinding").asText();
            if (binding.equals("JSONRPC")) {
                dual.set("url", offered.get("url"));
                dual.put("preferredTransport", binding);
            }
            // The gRPC of 0.3 cannot say which of the agents at one port is meant.
            if (!binding.equals("GRPC") || !offered.has("tenant")) {
                others.addObject().put("transport", binding).set("url", offered.get("url"));
            }
        }
        dual.set("additionalInterfaces", others);
        dual.put("protocolVersion", "0.3.0");
        dual.put(
                "supportsAuthenticatedExtendedCard",
                card.path("capabilities").path("extendedAgentCard").asBoolean());
        security(dual);
        return dual;
    }

    /** Only what 0.3 knows. */
    public static ObjectNode old(ObjectNode card) {
        ObjectNode old = dual(card);
        // Over what 1.0 knows of the card.
        old.remove("signatures");
        old.remove("supportedInterfaces");
        old.remove("securityRequirements");
        return old;
    }

    private static void security(ObjectNode card) {
        for (JsonNode scheme : card.path("securitySchemes")) {
            TYPES.forEach((name, type) -> {
                if (scheme instanceof ObjectNode both && both.get(name) instanceof ObjectNode body) {
                    both.put("type", type);
                    body.properties()
                            .forEach(field -> both.set(
                                    field.getKey().equals("location") ? "in" : field.getKey(), field.getValue()));
                }
            });
        }
        ArrayNode security = card.putArray("security");
        for (JsonNode requirement : card.path("securityRequirements")) {
            ObjectNode one = security.addObject();
            requirement
                    .path("schemes")
                    .properties()
                    .forEach(
                            scheme -> one.set(scheme.getKey(), scheme.getValue().path("list")));
        }
    }
}
