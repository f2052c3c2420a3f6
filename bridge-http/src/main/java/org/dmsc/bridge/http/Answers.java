package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.ErrorProfile;
import org.dmsc.bridge.core.a2a.Errors;
import org.dmsc.bridge.http.a2a.ServiceParameters;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/** Builds responses. */
final class Answers {

    static final MediaType A2A_JSON = MediaType.create("application", "a2a+json");

    private Answers() {}

    static HttpResponse json(HttpStatus status, JsonNode body) {
        return json(status, MediaType.JSON, body);
    }

    static HttpResponse json(HttpStatus status, MediaType type, JsonNode body) {
        return HttpResponse.of(headers(status, type).build(), HttpData.wrap(A2aJson.bytes(body)));
    }

    /** An AIP-193 error. */
    static HttpResponse error(Refusal refusal, String sentence, MediaType type) {
        HttpStatus status = HttpStatus.valueOf(Errors.shape(refusal).httpStatus());
        return error(status, type, A2aJson.bytes(Errors.http(refusal, sentence)));
    }

    static HttpResponse error(RefusedException refused, MediaType type, ErrorProfile profile) {
        HttpStatus status =
                HttpStatus.valueOf(Errors.shape(refused.refusal(), profile).httpStatus());
        byte[] body = A2aJson.bytes(Errors.http(refused.refusal(), refused.sentence(), profile));
        return error(status, type, body, refused.retryAfter());
    }

    static HttpResponse error(HttpStatus status, MediaType type, byte[] body) {
        return error(status, type, body, Optional.empty());
    }

    /** @param retryAfter when to come again, if that is known; HTTP has whole seconds for it */
    static HttpResponse error(HttpStatus status, MediaType type, byte[] body, Optional<Duration> retryAfter) {
        ResponseHeadersBuilder headers =
                ResponseHeaders.builder(status).contentType(type).add(HttpHeaderNames.CACHE_CONTROL, "no-store");
        if (status.equals(HttpStatus.UNAUTHORIZED)) {
            headers.add(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
            headers.add(HttpHeaderNames.WWW_AUTHENTICATE, DpopChallenge.OFFER);
        }
        if (status.equals(HttpStatus.TOO_MANY_REQUESTS) || status.equals(HttpStatus.SERVICE_UNAVAILABLE)) {
            long seconds =
                    retryAfter.map(wait -> wait.plusMillis(999).toSeconds()).orElse(1L);
            headers.add(HttpHeaderNames.RETRY_AFTER, Long.toString(Math.max(1, seconds)));
        }
        return HttpResponse.of(headers.build(), HttpData.wrap(body));
    }

    static ResponseHeadersBuilder headers(HttpStatus status, MediaType type) {
        return ResponseHeaders.builder(status).contentType(type).add(HttpHeaderNames.CACHE_CONTROL, "no-store");
    }

    /** What goes beside the request: several headers of one name are one. */
    static ServiceParameters parameters(RequestHeaders asked) {
        return ServiceParameters.of(name -> {
            List<String> values = asked.getAll(name);
            return values.isEmpty()
                    ? Optional.empty()
                    : Optional.of(String.join(",", values)).filter(value -> !value.isEmpty());
        });
    }

    /** The type the caller asked for: Accept, else its own Content-Type, else the one of the listener's profile. */
    static MediaType negotiated(RequestHeaders asked, ErrorProfile profile) {
        String accept = asked.get(HttpHeaderNames.ACCEPT, "").toLowerCase(Locale.ROOT);
        if (accept.contains("application/a2a+json")) {
            return A2A_JSON;
        }
        if (accept.contains("application/json")) {
            return MediaType.JSON;
        }
        MediaType given = asked.contentType();
        boolean json = profile == ErrorProfile.V1_0_0 || (given != null && given.is(MediaType.JSON));
        return json ? MediaType.JSON : A2A_JSON;
    }
}
