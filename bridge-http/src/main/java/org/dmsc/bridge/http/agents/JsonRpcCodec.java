package org.dmsc.bridge.http.agents;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.MediaType;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.http.a2a.Operation;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/** JSON-RPC 2.0: everything is posted to one URL. */
final class JsonRpcCodec implements AgentCodec {

    @Override
    public Encoded encode(AgentAddress at, Question question) {
        ObjectNode params = question.message();
        at.tenant().ifPresent(tenant -> params.put("tenant", tenant));
        return encoded(at, request(question.operation().wireName(), question.id(), params));
    }

    static Encoded encoded(AgentAddress at, ObjectNode request) {
        return new Encoded(HttpMethod.POST, at.path(""), MediaType.JSON, JSON_OR_EVENTS, A2aJson.bytes(request));
    }

    static ObjectNode request(String method, String id, ObjectNode params) {
        ObjectNode request = A2aJson.object();
        request.put("jsonrpc", "2.0");
        request.put("id", id);
        request.put("method", method);
        request.set("params", params);
        return request;
    }

    @Override
    public AnswerReader reader(Operation operation, int most) {
        return new JsonAnswer(JsonRpcCodec::result, most);
    }

    static ObjectNode result(ObjectNode response) {
        JsonNode error = response.path("error");
        if (error.isObject()) {
            // The agent's own words may hold what the caller wrote: only its code goes into routing data.
            throw new RefusedException(
                    Refusal.AGENT_FAILED,
                    "the agent answered with error "
                            + Printable.of(error.path("code").asText("?")));
        }
        if (response.get("result") instanceof ObjectNode result) {
            return result;
        }
        throw new RefusedException(
                Refusal.INVALID_AGENT_RESPONSE,
                "answer: has neither result nor error (expected a JSON-RPC 2.0 response)");
    }
}
