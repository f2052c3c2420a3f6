package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.ErrorProfile;
import org.dmsc.bridge.core.a2a.Errors;
import org.dmsc.schemas.Refusal;

/** How a {@code StreamResponse} becomes one event of a server-sent event stream. */
interface Framing {

    /** The event's data. */
    byte[] data(byte[] streamResponse);

    /** An event that ends the stream with an error. */
    String error(Refusal refusal, String sentence);

    /** The same with objects that were made into something else first. */
    default Framing translated(UnaryOperator<byte[]> translation) {
        Framing self = this;
        return new Framing() {
            @Override
            public byte[] data(byte[] streamResponse) {
                return self.data(translation.apply(streamResponse));
            }

            @Override
            public String error(Refusal refusal, String sentence) {
                return self.error(refusal, sentence);
            }
        };
    }

    /** HTTP+JSON: the bare object. */
    static Framing rest(ErrorProfile profile) {
        return new Framing() {
            @Override
            public byte[] data(byte[] streamResponse) {
                return streamResponse;
            }

            @Override
            public String error(Refusal refusal, String sentence) {
                return "event: error\ndata: " + text(A2aJson.bytes(Errors.http(refusal, sentence, profile))) + "\n\n";
            }
        };
    }

    /** JSON-RPC: a response to the request of that id. */
    static Framing jsonRpc(JsonNode id) {
        byte[] head = ("{\"jsonrpc\":\"2.0\",\"id\":" + text(A2aJson.bytes(id)) + ",\"result\":")
                .getBytes(StandardCharsets.UTF_8);
        return new Framing() {
            @Override
            public byte[] data(byte[] streamResponse) {
                byte[] framed = new byte[head.length + streamResponse.length + 1];
                System.arraycopy(head, 0, framed, 0, head.length);
                System.arraycopy(streamResponse, 0, framed, head.length, streamResponse.length);
                framed[framed.length - 1] = '}';
                return framed;
            }

            @Override
            public String error(Refusal refusal, String sentence) {
                return "data: " + text(A2aJson.bytes(Errors.jsonRpc(id, refusal, sentence))) + "\n\n";
            }
        };
    }

    private static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }
}
