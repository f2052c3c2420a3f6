package org.dmsc.bridge.http.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.Errors;
import org.dmsc.bridge.core.a2a.JsonRpc;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/** What a client posted: MCP has JSON-RPC notifications and responses beside requests, and since 2025-06-18 no batches. */
public sealed interface McpMessage permits McpMessage.Request, McpMessage.Told, McpMessage.Rejected {

    /** To be answered. */
    record Request(JsonNode id, String method, ObjectNode params) implements McpMessage {}

    /** A notification, or the response to a request (this server makes none): taken, and not answered. */
    record Told(String method) implements McpMessage {}

    /** Neither; {@code response} says why. */
    record Rejected(Refusal refusal, String sentence, ObjectNode response) implements McpMessage {}

    /** Reads a body; never throws for what a client can send. */
    static McpMessage parse(byte[] body) {
        JsonNode node;
        try {
            node = A2aJson.parseAny(body);
        } catch (RefusedException e) {
            return new Rejected(
                    e.refusal(), e.sentence(), Errors.jsonRpc(NullNode.getInstance(), e.refusal(), e.sentence()));
        }
        boolean spoken = "2.0".equals(node.path("jsonrpc").textValue());
        if (spoken && !node.has("id") && node.path("method").isTextual()) {
            return new Told(node.path("method").textValue());
        }
        if (spoken && !node.has("method") && (node.has("result") || node.has("error"))) {
            return new Told("");
        }
        JsonRpc.Parsed parsed = JsonRpc.of(node);
        if (parsed instanceof JsonRpc.Request request) {
            return new Request(request.id(), request.method(), request.params());
        }
        JsonRpc.Rejected rejected = (JsonRpc.Rejected) parsed;
        return new Rejected(rejected.refusal(), rejected.sentence(), rejected.response());
    }
}
