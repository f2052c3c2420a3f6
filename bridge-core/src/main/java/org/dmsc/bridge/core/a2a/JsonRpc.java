package org.dmsc.bridge.core.a2a;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/** JSON-RPC 2.0 as A2A uses it: single requests with an id, named parameters. */
public final class JsonRpc {

    private static final int LONGEST_METHOD = 128;
    private static final int LONGEST_ID = 256;

    private JsonRpc() {}

    /** What a body turned out to be. */
    public sealed interface Parsed permits Request, Rejected {}

    /** A request to answer. */
    public record Request(JsonNode id, String method, ObjectNode params) implements Parsed {}

    /** Not a request; {@code response} is what to answer. */
    public record Rejected(Refusal refusal, String sentence, ObjectNode response) implements Parsed {}

    /** Reads a body; never throws for what a client can send. */
    public static Parsed parse(byte[] body) {
        JsonNode node;
        try {
            node = A2aJson.parseAny(body);
        } catch (RefusedException e) {
            return new Rejected(
                    e.refusal(), e.sentence(), Errors.jsonRpc(NullNode.getInstance(), e.refusal(), e.sentence()));
        }
        return of(node);
    }

    /** The same for a body that was read. */
    public static Parsed of(JsonNode node) {
        if (!(node instanceof ObjectNode object)) {
            return rejected(
                    NullNode.getInstance(),
                    node.isArray()
                            ? "body: is an array (expected one request; batches are not supported)"
                            : "body: is " + A2aJson.kind(node) + " (expected a JSON-RPC request object)");
        }
        return request(object);
    }

    /** A good answer. */
    public static ObjectNode result(JsonNode id, JsonNode result) {
        ObjectNode response = envelope(id);
        response.set("result", result);
        return response;
    }

    static ObjectNode envelope(JsonNode id) {
        ObjectNode response = A2aJson.object();
        response.put("jsonrpc", "2.0");
        response.set("id", id);
        return response;
    }

    private static Parsed request(ObjectNode object) {
        JsonNode id = object.path("id");
        if (!(id.isTextual() && id.textValue().length() <= LONGEST_ID) && !id.isIntegralNumber()) {
            return rejected(
                    NullNode.getInstance(), "id: is " + A2aJson.kind(id) + " (expected a string or whole number)");
        }
        if (!"2.0".equals(object.path("jsonrpc").textValue())) {
            return rejected(id, "jsonrpc: is missing or another version (expected \"2.0\")");
        }
        JsonNode method = object.path("method");
        if (!method.isTextual()
                || method.textValue().isEmpty()
                || method.textValue().length() > LONGEST_METHOD) {
            return rejected(id, "method: is " + A2aJson.kind(method) + " (expected the name of an A2A operation)");
        }
        JsonNode params = object.path("params");
        if (params instanceof ObjectNode named) {
            return new Request(id, method.textValue(), named);
        }
        if (params.isMissingNode() || params.isNull()) {
            return new Request(id, method.textValue(), A2aJson.object());
        }
        String sentence = "params: is " + A2aJson.kind(params) + " (expected an object)";
        return new Rejected(Refusal.INVALID_REQUEST, sentence, Errors.jsonRpc(id, Refusal.INVALID_REQUEST, sentence));
    }

    private static Rejected rejected(JsonNode id, String sentence) {
        return new Rejected(Refusal.INVALID_REQUEST, sentence, Errors.invalidJsonRpc(id, sentence));
    }
}
