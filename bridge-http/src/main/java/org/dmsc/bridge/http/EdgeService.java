package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.node.NullNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.ErrorProfile;
import org.dmsc.bridge.core.a2a.Errors;
import org.dmsc.bridge.http.a2a.AuditedRefusal;
import org.dmsc.bridge.http.grpc.GrpcErrors;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.identity.Caller;
import org.dmsc.tenant.quota.Holding;

/**
 * Every request's way in: the door ▸ public pages ▸ token endpoint ▸ who is it ▸ within its limits ▸ body read ▸ the first page that
 * knows the path. Nothing of a request is looked at before its sender is known.
 */
final class EdgeService implements HttpService {

    private static final Pattern AGENT = Pattern.compile("/agents/[^/?]+");

    private final Door door;
    private final PublicPages publicPages;
    private final OAuthPages oauth;
    private final List<Page> pages;
    private final Failures failures;
    private final Optional<EstPages> est;
    private final Elsewhere elsewhere;
    private final ErrorProfile profile;

    EdgeService(HttpEdgeParts parts, Door door, PublicPages publicPages, List<Page> pages, Failures failures) {
        this.door = door;
        this.publicPages = publicPages;
        this.oauth = new OAuthPages(parts);
        this.pages = List.copyOf(pages);
        this.failures = failures;
        this.est = parts.pki().map(desk -> new EstPages(desk, parts, failures));
        this.elsewhere = new Elsewhere(parts.settings());
        this.profile = parts.settings().profile();
    }

    @Override
    public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
        RequestHeaders headers = request.headers();
        try {
            door.requireCleanHeaders(headers);
            if (EstPages.takes(context.path())) {
                return est.orElseThrow(() -> elsewhere.refused("enrolment and no revocation lists"))
                        .answer(context, request);
            }
            Optional<HttpResponse> shown = publicPages.answer(context, headers);
            if (shown.isPresent()) {
                return shown.get();
            }
            Optional<CompletionStage<HttpResponse>> token = oauth.answer(context, request);
            if (token.isPresent()) {
                return HttpResponse.of(token.get().exceptionally(failure -> anonymous(context, headers, failure)));
            }
            return allowed(context, request, door.identify(context, headers));
        } catch (RefusedException e) {
            return anonymous(context, headers, e);
        }
    }

    private HttpResponse allowed(ServiceRequestContext context, HttpRequest request, Caller caller) {
        RequestHeaders headers = request.headers();
        Holding body;
        try {
            body = door.room(context, caller, headers);
        } catch (RefusedException e) {
            return error(headers, failures.noteUnread(caller, object(headers), e));
        }
        try {
            List<String> path = segments(context.path());
            return HttpResponse.of(request.aggregate()
                    .thenCompose(whole ->
                            answered(new Call(context, whole, caller, path, PeerCredentials.authority(headers))))
                    .exceptionally(failure -> error(headers, failures.noteUnread(caller, object(headers), failure)))
                    .whenComplete((answer, failure) -> body.close()));
        } catch (RuntimeException e) {
            body.close();
            throw e;
        }
    }

    private HttpResponse anonymous(ServiceRequestContext context, RequestHeaders headers, Throwable failure) {
        return error(
                headers,
                failures.noteAnonymous(
                        PeerCredentials.address(context), object(headers), AuditedRefusal.unwrap(failure)));
    }

    private CompletionStage<HttpResponse> answered(Call call) {
        try {
            for (Page page : pages) {
                Optional<CompletionStage<HttpResponse>> answer = page.answer(call);
                if (answer.isPresent()) {
                    return answer.get()
                            .exceptionally(failure -> error(call.request().headers(), noted(call, failure)));
                }
            }
            throw new RefusedException(
                    Refusal.UNKNOWN_OPERATION,
                    Printable.of(call.object())
                            + ": no such operation (expected POST /a2a for JSON-RPC, POST /message:send, or an"
                            + " address under /agents or /v1; see /.well-known/agent-card.json)");
        } catch (RuntimeException e) {
            return CompletableFuture.completedStage(error(call.request().headers(), noted(call, e)));
        }
    }

    private RefusedException noted(Call call, Throwable failure) {
        return failures.note(call, AuditedRefusal.unwrap(failure));
    }

    /** JSON-RPC clients get their errors as JSON-RPC, with the HTTP status beside it; gRPC clients as a gRPC status. */
    private HttpResponse error(RequestHeaders headers, RefusedException refused) {
        if (GrpcErrors.speaksGrpc(headers)) {
            return GrpcErrors.response(refused, profile);
        }
        if (!speaksJsonRpc(headers)) {
            return Answers.error(refused, Answers.negotiated(headers, profile), profile);
        }
        HttpStatus status =
                HttpStatus.valueOf(Errors.shape(refused.refusal(), profile).httpStatus());
        byte[] body = A2aJson.bytes(Errors.jsonRpc(NullNode.getInstance(), refused.refusal(), refused.sentence()));
        return Answers.error(status, MediaType.JSON, body, refused.retryAfter());
    }

    private static boolean speaksJsonRpc(RequestHeaders headers) {
        String path = headers.path();
        return headers.method() == HttpMethod.POST
                && (path.equals("/")
                        || path.equals("/a2a")
                        || AGENT.matcher(path).matches());
    }

    /** Split first, then decode: an encoded slash is not one. */
    private static List<String> segments(String path) {
        List<String> segments = new ArrayList<>();
        for (String segment : path.substring(1).split("/", -1)) {
            try {
                segments.add(URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8));
            } catch (IllegalArgumentException e) {
                throw new RefusedException(
                        Refusal.INVALID_REQUEST, "path: is not decodable (expected percent-encoded UTF-8)");
            }
        }
        return segments.equals(List.of("")) ? List.of() : segments;
    }

    static String object(RequestHeaders headers) {
        String path = headers.path();
        int query = path.indexOf('?');
        return headers.method() + " " + (query < 0 ? path : path.substring(0, query));
    }
}
