package org.dmsc.bridge.http.grpc;

import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.dmsc.bridge.core.a2a.ErrorProfile;
import org.dmsc.bridge.core.a2a.Errors;
import org.dmsc.schemas.RefusedException;

/** Refusals as gRPC says them: a status, and an ErrorInfo in {@code grpc-status-details-bin}. */
public final class GrpcErrors {

    private static final String TYPE = "application/grpc";
    private static final int LONGEST_MESSAGE = 1024;

    private GrpcErrors() {}

    /** Whether whoever sent these headers reads gRPC statuses. */
    public static boolean speaksGrpc(RequestHeaders headers) {
        return headers.get(HttpHeaderNames.CONTENT_TYPE, "").startsWith(TYPE);
    }

    /** A response of trailers only, for what is refused before a gRPC call exists. */
    public static HttpResponse response(RefusedException refused, ErrorProfile profile) {
        com.google.rpc.Status status = status(refused, profile);
        return HttpResponse.of(ResponseHeaders.builder(HttpStatus.OK)
                .contentType(MediaType.parse("application/grpc+proto"))
                .add("grpc-status", Integer.toString(status.getCode()))
                .add("grpc-message", percentEncoded(status.getMessage()))
                .add(
                        "grpc-status-details-bin",
                        Base64.getEncoder().withoutPadding().encodeToString(status.toByteArray()))
                .endOfStream(true)
                .build());
    }

    /** The same as what a stub throws. */
    static StatusRuntimeException exception(RefusedException refused, ErrorProfile profile) {
        return StatusProto.toStatusRuntimeException(status(refused, profile));
    }

    private static com.google.rpc.Status status(RefusedException refused, ErrorProfile profile) {
        Errors.Shape shape = Errors.shape(refused.refusal(), profile);
        String sentence = Errors.visible(refused.refusal(), refused.sentence());
        ErrorInfo info = ErrorInfo.newBuilder()
                .setReason(shape.reason())
                .setDomain(shape.domain())
                .build();
        return com.google.rpc.Status.newBuilder()
                .setCode(Status.Code.valueOf(shape.status()).value())
                .setMessage(sentence.length() > LONGEST_MESSAGE ? sentence.substring(0, LONGEST_MESSAGE) : sentence)
                .addDetails(Any.pack(info))
                .build();
    }

    /** As the protocol wants its messages: UTF-8, all but printable ASCII percent-encoded. */
    private static String percentEncoded(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b >= ' ' && b < 0x7f && b != '%') {
                encoded.append((char) b);
            } else {
                encoded.append('%').append(String.format("%02X", b));
            }
        }
        return encoded.toString();
    }
}
