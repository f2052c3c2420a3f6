package org.dmsc.bridge.http.agents;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.MediaType;
import org.dmsc.bridge.http.a2a.Operation;

/** What one binding makes of A2A's operations on the wire, and back. Pure. */
interface AgentCodec {

    /** What agents of any edition take and send. */
    String JSON_OR_EVENTS = "application/json, application/a2a+json, text/event-stream";

    /** @throws org.dmsc.schemas.RefusedException UNDELIVERABLE when this binding has no form for the message */
    Encoded encode(AgentAddress at, Question question);

    /**
     * Reads the answer to one question.
     *
     * @param most largest answer, and largest event of a streamed one, in bytes
     */
    AnswerReader reader(Operation operation, int most);

    /** The part of an HTTP request that bindings differ in. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared, and copied by nobody: contents are up to 10 MiB.
    record Encoded(HttpMethod method, String path, MediaType type, String accept, byte[] body) {}

    /** The codec of an address. */
    static AgentCodec of(AgentAddress at) {
        boolean old = at.version().equals("0.3");
        return switch (at.binding()) {
            case JSON_RPC -> old ? new OldJsonRpcCodec() : new JsonRpcCodec();
            case HTTP_JSON -> old ? new OldRestCodec() : new RestCodec();
            case GRPC -> old ? new OldGrpcCodec() : new GrpcCodec();
        };
    }
}
