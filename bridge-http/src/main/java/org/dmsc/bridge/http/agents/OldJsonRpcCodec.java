package org.dmsc.bridge.http.agents;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.dmsc.bridge.core.a2a.v03.OldRequests;
import org.dmsc.bridge.core.a2a.v03.Style;
import org.dmsc.bridge.core.a2a.v03.Upgrade;
import org.dmsc.bridge.http.a2a.OldCall;
import org.dmsc.bridge.http.a2a.Operation;

/** JSON-RPC of A2A 0.3. */
final class OldJsonRpcCodec implements AgentCodec {

    @Override
    public Encoded encode(AgentAddress at, Question question) {
        Operation operation = question.operation();
        boolean sends = operation == Operation.SEND_MESSAGE || operation == Operation.SEND_STREAMING_MESSAGE;
        ObjectNode params = sends ? OldRequests.downgraded(question.message(), Style.KIND) : question.message();
        return JsonRpcCodec.encoded(at, JsonRpcCodec.request(OldCall.method(operation), question.id(), params));
    }

    @Override
    public AnswerReader reader(Operation operation, int most) {
        return new JsonAnswer(response -> upgraded(operation, JsonRpcCodec.result(response)), most);
    }

    /** Tasks that were asked for come bare, as they do in 1.0. */
    static ObjectNode upgraded(Operation operation, ObjectNode result) {
        boolean bare = operation == Operation.GET_TASK || operation == Operation.CANCEL_TASK;
        return bare ? Upgrade.task(result) : Upgrade.response(result);
    }
}
