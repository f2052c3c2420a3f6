package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.node.NullNode;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.logging.RequestLogProperty;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.Errors;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.identity.Caller;
import org.dmsc.tenant.identity.Credentials;
import org.dmsc.tenant.policy.CallerAuthenticator;
import org.dmsc.tenant.policy.NetworkGate;
import org.dmsc.tenant.quota.Holding;

/**
 * Every request's way in: headers checked ▸ public pages ▸ token endpoint ▸ who is it ▸ within its limits ▸ body read ▸ the first page that
 * knows the path. Nothing of a request
 * is looked at before its sender is known, and the sender is asked for anew with each request, because TLS sessions are resumed.
 */
final class EdgeService implements HttpService {

    private static final int MOST_AUTHORIZATION = 8 * 1024 + "Bearer ".length();

    private final PeerCredentials credentials;
    private final CallerAuthenticator authenticator;
    private final PublicPages publicPages;
    private final OAuthPages oauth;
    private final List<Page> pages;
    private final Failures failures;
    private final NetworkGate network;
    private final Claims claims;
    private final Optional<EstPages> est;
    private final ConnectionEnd connectionEnd;
    private final EdgeQuotas quotas;
    private final OpenRequests requests;

    EdgeService(HttpEdgeParts parts, PublicPages publicPages, List<Page> pages, Failures failures) {
        this.credentials = new PeerCredentials(parts.settings().domain());
        this.authenticator = parts.authenticator();
        this.publicPages = publicPages;
        this.oauth = new OAuthPages(parts);
        this.pages = List.copyOf(pages);
        this.failures = failures;
        this.network = NetworkTrials.gate(parts);
        this.claims = new Claims(parts.audit());
        this.est = parts.pki().map(desk -> new EstPages(desk, parts, failures));
        this.connectionEnd = new ConnectionEnd(parts.clock());
        this.quotas = new EdgeQuotas(parts.quotas());
        this.requests = new OpenRequests(parts.tenants());
        requests.start();
    }

    @Override
    public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
        RequestHeaders headers = request.headers();
        if (headers.get(HttpHeaderNames.AUTHORIZATION, "").length() > MOST_AUTHORIZATION) {
            return tooLong(context, headers);
        }
        try {
            requireCleanHeaders(headers);
            if (est.isPresent() && EstPages.takes(context.path())) {
                return est.get().answer(context, request);
            }
            Optional<HttpResponse> shown = publicPages.answer(context, headers);
            if (shown.isPresent()) {
                return shown.get();
            }
            Optional<CompletionStage<HttpResponse>> token = oauth.answer(context, request);
            if (token.isPresent()) {
                return HttpResponse.of(token.get().exceptionally(failure -> anonymous(context, headers, failure)));
            }
            Caller caller = authenticated(context, headers);
            return allowed(context, request, caller);
        } catch (RefusedException e) {
            return anonymous(context, headers, e);
        }
    }

    /** What a tenant or an agent has no room for is refused before its body is read. */
    private HttpResponse allowed(ServiceRequestContext context, HttpRequest request, Caller caller) {
        RequestHeaders headers = request.headers();
        Holding body;
        try {
            body = quotas.request(context, caller, headers);
        } catch (RefusedException e) {
            return error(headers, failures.noteUnread(caller, object(headers), e));
        }
        try {
            claims.note(caller, headers);
            requests.add(context, caller);
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

    /** Said before anything is read: a token of that length costs nothing. */
    private HttpResponse tooLong(ServiceRequestContext context, RequestHeaders headers) {
        RefusedException refused = failures.noteAnonymous(
                PeerCredentials.address(context),
                object(headers),
                new RefusedException(
                        Refusal.TOO_LARGE,
                        "Authorization: is too long (expected at most " + MOST_AUTHORIZATION + " characters)"));
        byte[] body = A2aJson.bytes(Errors.http(refused.refusal(), refused.sentence()));
        return Answers.error(HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, MediaType.JSON, body);
    }

    private HttpResponse anonymous(ServiceRequestContext context, RequestHeaders headers, Throwable failure) {
        return error(
                headers,
                failures.noteAnonymous(
                        PeerCredentials.address(context), object(headers), AuditedRefusal.unwrap(failure)));
    }

    private Caller authenticated(ServiceRequestContext context, RequestHeaders headers) {
        try {
            Credentials shown = credentials.of(context, headers);
            CallerAuthenticator.Identified identified = authenticator.identify(shown);
            ConnectionGuard.of(context.log()
                            .ensureAvailable(RequestLogProperty.SESSION)
                            .channel())
                    .admit(identified.evidence());
            shown.chain().stream().findFirst().ifPresent(leaf -> connectionEnd.at(context, leaf));
            return network.requireSource(identified.caller(), PeerCredentials.address(context));
        } catch (RefusedException e) {
            // A good certificate of a tenant that is not there is no identity.
            throw e.refusal() == Refusal.TENANT_UNKNOWN
                    ? new RefusedException(Refusal.UNAUTHENTICATED, e.sentence())
                    : e;
        }
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

    /** JSON-RPC clients get their errors as JSON-RPC, with the HTTP status beside it. */
    private static HttpResponse error(RequestHeaders headers, RefusedException refused) {
        if (!speaksJsonRpc(headers)) {
            return Answers.error(refused, Answers.negotiated(headers));
        }
        HttpStatus status = HttpStatus.valueOf(Errors.shape(refused.refusal()).httpStatus());
        byte[] body = A2aJson.bytes(Errors.jsonRpc(NullNode.getInstance(), refused.refusal(), refused.sentence()));
        return Answers.error(status, MediaType.JSON, body, refused.retryAfter());
    }

    private static boolean speaksJsonRpc(RequestHeaders headers) {
        String path = headers.path();
        return headers.method() == HttpMethod.POST
                && (path.equals("/") || path.equals("/a2a") || path.matches("/agents/[^/?]+"));
    }

    /** HTTP/2 carries control characters in values unless somebody looks. */
    private static void requireCleanHeaders(RequestHeaders headers) {
        headers.forEach((name, value) -> {
            if (value.chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7f)) {
                throw new RefusedException(
                        Refusal.INVALID_REQUEST,
                        "header " + name + ": holds a control character (expected printable text)");
            }
        });
        PeerCredentials.authority(headers);
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

    private static String object(RequestHeaders headers) {
        String path = headers.path();
        int query = path.indexOf('?');
        return headers.method() + " " + (query < 0 ? path : path.substring(0, query));
    }
}
