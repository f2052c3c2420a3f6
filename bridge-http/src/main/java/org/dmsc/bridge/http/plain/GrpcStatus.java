package org.dmsc.bridge.http.plain;

import com.linecorp.armeria.common.HttpHeaders;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * How a gRPC call ended. As HTTP would have it by the usual mapping, so that one reading serves both kinds of services. Pure.
 *
 * <pre>
 *   OK 200                          UNAVAILABLE, UNIMPLEMENTED 503   RESOURCE_EXHAUSTED 429   DEADLINE_EXCEEDED 504
 *   INVALID_ARGUMENT, OUT_OF_RANGE, FAILED_PRECONDITION 400   UNAUTHENTICATED 401   PERMISSION_DENIED 403   NOT_FOUND 404
 *   ALREADY_EXISTS, ABORTED 409     all others 500               none, or no code of gRPC 502
 * </pre>
 *
 * @param code 0 to 16; anything else when there was none
 * @param message the service's own words; may be empty
 */
record GrpcStatus(int code, String message) {

    private static final int[] HTTP = {
        200, 500, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 503, 500, 503, 500, 401
    };
    private static final List<String> NAMES = List.of(
            "OK",
            "CANCELLED",
            "UNKNOWN",
            "INVALID_ARGUMENT",
            "DEADLINE_EXCEEDED",
            "NOT_FOUND",
            "ALREADY_EXISTS",
            "PERMISSION_DENIED",
            "RESOURCE_EXHAUSTED",
            "FAILED_PRECONDITION",
            "ABORTED",
            "OUT_OF_RANGE",
            "UNIMPLEMENTED",
            "INTERNAL",
            "UNAVAILABLE",
            "DATA_LOSS",
            "UNAUTHENTICATED");
    private static final int BAD_GATEWAY = 502;
    private static final int LONGEST_MESSAGE = 1024;

    /** Of an answer's trailers; of its headers when there was nothing else. */
    static GrpcStatus of(HttpHeaders headers, HttpHeaders trailers) {
        HttpHeaders said = trailers.contains("grpc-status") ? trailers : headers;
        return new GrpcStatus(said.getInt("grpc-status", -1), decoded(said.get("grpc-message", "")));
    }

    boolean isOk() {
        return code == 0;
    }

    /** The HTTP status that means the same. */
    int http() {
        return isKnown() ? HTTP[code] : BAD_GATEWAY;
    }

    /** The code's name. */
    String name() {
        return isKnown() ? NAMES.get(code) : "UNKNOWN";
    }

    private boolean isKnown() {
        return code >= 0 && code < HTTP.length;
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
