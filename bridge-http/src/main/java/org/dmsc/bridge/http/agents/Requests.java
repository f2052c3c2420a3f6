package org.dmsc.bridge.http.agents;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.dmsc.bridge.core.a2a.A2aJson;

/** JSON-RPC requests to agents. */
final class Requests {

    private Requests() {}

    static ObjectNode of(String method, String id, ObjectNode params) {
        ObjectNode request = A2aJson.object();
        request.put("jsonrpc", "2.0");
        request.put("id", id);
        request.put("method", method);
        request.set("params", params);
        return request;
    }
}
