package org.dmsc.bridge.http;

import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.HttpStatusException;
import com.linecorp.armeria.server.RequestTimeoutException;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.time.Duration;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.Errors;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.jspecify.annotations.Nullable;

/** What the server itself answers, before or beside our service: never a stack trace, always our error object. */
final class EdgeErrors implements ServerErrorHandler {

    private final EdgeSettings settings;

    EdgeErrors(EdgeSettings settings) {
        this.settings = settings;
    }

    @Override
    public HttpResponse onServiceException(ServiceRequestContext context, Throwable cause) {
        if (cause instanceof RefusedException refused) {
            return Answers.error(refused.refusal(), refused.sentence(), MediaType.JSON);
        }
        if (cause instanceof RequestTimeoutException
                && !context.sessionProtocol().isMultiplex()) {
            // The rest of the request may never come, and nothing else can come before it. In HTTP/2 other requests are
            // under way beside it.
            var unused = context.initiateConnectionShutdown(Duration.ZERO);
        }
        Refusal refusal = refusal(cause);
        return Answers.error(refusal, sentence(refusal), MediaType.JSON);
    }

    @Override
    public AggregatedHttpResponse renderStatus(
            @Nullable ServiceRequestContext context,
            ServiceConfig config,
            @Nullable RequestHeaders headers,
            HttpStatus status,
            @Nullable String description,
            @Nullable Throwable cause) {
        Refusal refusal = refusal(status);
        byte[] body = A2aJson.bytes(Errors.http(refusal, sentence(refusal)));
        ResponseHeaders answer = ResponseHeaders.builder(status)
                .contentType(MediaType.JSON)
                .contentLength(body.length)
                .add(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .build();
        return AggregatedHttpResponse.of(answer, HttpData.wrap(body));
    }

    private static Refusal refusal(Throwable cause) {
        if (cause instanceof HttpStatusException status) {
            return refusal(status.httpStatus());
        }
        if (cause instanceof ContentTooLargeException) {
            return Refusal.TOO_LARGE;
        }
        return cause instanceof RequestTimeoutException ? Refusal.UNAVAILABLE : Refusal.INTERNAL;
    }

    private static Refusal refusal(HttpStatus status) {
        if (status.equals(HttpStatus.REQUEST_ENTITY_TOO_LARGE)) {
            return Refusal.TOO_LARGE;
        }
        if (status.equals(HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)) {
            return Refusal.HEADER_TOO_LARGE;
        }
        if (status.equals(HttpStatus.SERVICE_UNAVAILABLE)) {
            return Refusal.UNAVAILABLE;
        }
        return status.isClientError() ? Refusal.INVALID_REQUEST : Refusal.INTERNAL;
    }

    private String sentence(Refusal refusal) {
        switch (refusal) {
            case TOO_LARGE:
                return "body: is too large (expected at most " + settings.maxBodyBytes() + " bytes)";
            case HEADER_TOO_LARGE:
                return "headers: are too large (expected at most " + HttpEdge.MOST_HEADER_BYTES + " bytes)";
            case INVALID_REQUEST:
                return "request: is not well-formed HTTP (expected HTTP/1.1 or HTTP/2)";
            case UNAVAILABLE:
                return "request: did not arrive within "
                        + settings.bodyPatience().toSeconds() + " s, or the edge is closing"
                        + " (expected to try again)";
            default:
                return Failures.INTERNAL;
        }
    }
}
