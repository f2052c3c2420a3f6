package org.dmsc.bridge.http.plain;

import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpHeaders;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.dmsc.schemas.RefusedException;

/**
 * A service's answer as HTTP would have it: that of a gRPC service by the usual mapping of statuses, so that one reading serves both. Pure.
 *
 * <pre>
 *   OK 200                          UNAVAILABLE, UNIMPLEMENTED 503   RESOURCE_EXHAUSTED 429   DEADLINE_EXCEEDED 504
 *   INVALID_ARGUMENT, OUT_OF_RANGE, FAILED_PRECONDITION 400   UNAUTHENTICATED 401   PERMISSION_DENIED 403   NOT_FOUND 404
 *   ALREADY_EXISTS, ABORTED 409     all others 500
 * </pre>
 */
@SuppressWarnings("ArrayRecordComponent") // Handed over once, compared by nobody.
record Transcoded(int status, String contentType, byte[] body) {

    private static final int[] HTTP = {
        200, 500, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 503, 500, 503, 500, 401
    };
    private static final int BAD_GATEWAY = 502;
    private static final int LONGEST_MESSAGE = 1024;

    /** @throws RefusedException INVALID_AGENT_RESPONSE when a gRPC service says OK without its message */
    static Transcoded of(PlainCall call, AggregatedHttpResponse response) {
        byte[] content = response.content().array();
        String type = response.headers().get("content-type", "");
        int status = response.status().code();
        if (call.grpc().isEmpty() || status != 200) {
            return new Transcoded(status, type, content);
        }
        HttpHeaders said = response.trailers().contains("grpc-status") ? response.trailers() : response.headers();
        int code = said.getInt("grpc-status", -1);
        if (code == 0) {
            return new Transcoded(200, "application/json", call.grpc().get().json(content));
        }
        String message = decoded(said.get("grpc-message", ""));
        return new Transcoded(
                code < 0 || code >= HTTP.length ? BAD_GATEWAY : HTTP[code],
                "text/plain",
                message.getBytes(StandardCharsets.UTF_8));
    }

    /** The protocol percent-encodes what is not printable ASCII; what is encoded badly stays as it is. */
    private static String decoded(String message) {
        String text = message.length() > LONGEST_MESSAGE ? message.substring(0, LONGEST_MESSAGE) : message;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%'
                    && i + 2 < text.length()
                    && text.substring(i + 1, i + 3).matches("[0-9A-Fa-f]{2}")) {
                bytes.write(Integer.parseInt(text.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                bytes.write(c);
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
