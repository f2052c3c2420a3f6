package org.dmsc.bridge.core.a2a;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.dmsc.bridge.core.AgentMessage;

/**
 * The extensions that a caller named beside its message, on their way to the agent: bindings have a header for them, records have none, so they
 * travel in the message's metadata, under a name that only the fabric may use and that is stripped before the agent gets it.
 */
public final class RequestedExtensions {

    private static final String MEMBER = "dmsc-extensions";
    private static final int MOST = 32;

    private RequestedExtensions() {}

    /** The same message, with them. */
    public static AgentMessage with(AgentMessage message, List<String> uris) {
        if (uris.isEmpty()) {
            return message;
        }
        ObjectNode json = A2aJson.parse(message.message());
        ObjectNode metadata = json.get("metadata") instanceof ObjectNode present ? present : json.putObject("metadata");
        ArrayNode list = metadata.putArray(MEMBER);
        uris.forEach(list::add);
        return message.with(A2aJson.bytes(json), message.need().intent());
    }

    /** Those that were named beside the message, and in it. */
    public static Set<String> of(byte[] message) {
        ObjectNode json = A2aJson.parse(message);
        Set<String> uris = new LinkedHashSet<>();
        for (JsonNode list : List.of(json.path("metadata").path(MEMBER), json.path("extensions"))) {
            for (JsonNode uri : list) {
                if (uri.isTextual() && uris.size() < MOST) {
                    uris.add(uri.textValue());
                }
            }
        }
        return uris;
    }
}
