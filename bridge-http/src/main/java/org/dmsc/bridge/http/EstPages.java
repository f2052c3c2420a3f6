package org.dmsc.bridge.http;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.dmsc.bridge.core.a2a.Errors;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.enrol.Enrolment;
import org.dmsc.tenant.enrol.Invitation;
import org.dmsc.tenant.identity.Caller;
import org.dmsc.tenant.identity.Credentials;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.policy.CallerAuthenticator;
import org.dmsc.tenant.policy.NetworkGate;

/**
 * Enrolment over Secure Transport (RFC 7030 as RFC 8951 mends it), in front of authentication, because who enrols has nothing to show yet
 * but a one-time token.
 *
 * <pre>
 *   /.well-known/est[/&lt;label&gt;]/cacerts, csrattrs           GET, for everybody
 *                             /simpleenroll               POST, Basic: agent id and one-time token
 *                             /simplereenroll             POST, with the certificate in force
 *   /crl/&lt;SHA-256 of the CA&gt;.crl                           GET, for everybody
 * </pre>
 * What stock clients need, found by trying them: DER in the PKCS#7, base64 without line breaks, a 401 without a body, and leaf certificates
 * shown without their CA.
 */
final class EstPages {

    private static final String EST = "/.well-known/est/";
    private static final String CRL = "/crl/";
    private static final int MOST_BODY = 32 * 1024;
    private static final MediaType PKCS10 = MediaType.create("application", "pkcs10");
    private static final MediaType CERTIFICATES = MediaType.parse("application/pkcs7-mime; smime-type=certs-only");
    private static final MediaType ATTRIBUTES = MediaType.create("application", "csrattrs");
    private static final MediaType REVOCATIONS = MediaType.create("application", "pkix-crl");

    private static final long USUAL_WAIT = 60;

    private final PkiDesk desk;
    private final FabricDomain domain;
    private final CallerAuthenticator authenticator;
    private final PeerCredentials credentials;
    private final Failures failures;
    private final GuessBudget budget;
    private final RenewalPace pace;
    private final NetworkGate network;

    EstPages(PkiDesk desk, HttpEdgeParts parts, Failures failures) {
        this.desk = desk;
        this.domain = parts.settings().domain();
        this.authenticator = parts.authenticator();
        this.credentials = new PeerCredentials(domain);
        this.failures = failures;
        this.budget = new GuessBudget();
        this.pace = new RenewalPace(
                System::nanoTime, () -> ThreadLocalRandom.current().nextDouble());
        this.network = NetworkTrials.gate(parts);
    }

    /** Whether the path is one of these. */
    static boolean takes(String path) {
        return path.startsWith(EST) || path.startsWith(CRL);
    }

    /** Answers; never throws a refusal of what the client sent. */
    HttpResponse answer(ServiceRequestContext context, HttpRequest request) {
        RequestHeaders headers = request.headers();
        context.setMaxRequestLength(MOST_BODY);
        return HttpResponse.of(request.aggregate()
                .thenCompose(whole ->
                        CompletableFuture.supplyAsync(() -> answered(context, whole), context.blockingTaskExecutor()))
                .exceptionally(failure -> refused(
                        headers,
                        failures.noteAnonymous(PeerCredentials.address(context), object(context, headers), failure))));
    }

    private HttpResponse answered(ServiceRequestContext context, AggregatedHttpRequest request) {
        String path = context.path();
        if (path.startsWith(CRL)) {
            return list(request.method(), path.substring(CRL.length()));
        }
        Where where = where(context, request.headers(), path.substring(EST.length()));
        Enrolment enrolment = desk.enrolment();
        switch (request.method() + " " + where.operation()) {
            case "GET cacerts":
                return base64(
                        MediaType.create("application", "pkcs7-mime"),
                        enrolment.caCertificates(where.trustDomain().flatMap(domain::tenantOfHost)));
            case "GET csrattrs":
                return base64(ATTRIBUTES, enrolment.requestAttributes());
            case "POST simpleenroll":
                return base64(CERTIFICATES, enrolled(context, request, where));
            case "POST simplereenroll":
                return base64(CERTIFICATES, renewed(context, request, where));
            default:
                throw new RefusedException(
                        Refusal.UNKNOWN_OPERATION,
                        Printable.of(request.method() + " " + path)
                                + ": no such operation of EST (expected GET cacerts or csrattrs, POST simpleenroll or simplereenroll)");
        }
    }

    /** Whose EST was called: the host says it, or the label, or nobody. */
    private record Where(String operation, Optional<String> trustDomain) {}

    private Where where(ServiceRequestContext context, RequestHeaders headers, String path) {
        List<String> segments = List.of(path.split("/", -1));
        Optional<String> host =
                credentials.dialled(context, headers).filter(domain::covers).map(EstPages::tenantHost);
        if (segments.size() == 1) {
            return new Where(segments.get(0), host);
        }
        if (segments.size() > 2) {
            throw new RefusedException(
                    Refusal.UNKNOWN_OPERATION,
                    Printable.of(path) + ": no such operation of EST (expected one label at most)");
        }
        String labelled = segments.get(0) + "." + domain.value();
        if (host.isPresent() && !host.get().equals(labelled)) {
            throw new RefusedException(
                    Refusal.UNAUTHENTICATED,
                    "label '" + Printable.of(segments.get(0)) + "' at host " + host.get()
                            + " (expected the tenant of the host, or no label)");
        }
        return new Where(segments.get(1), Optional.of(labelled));
    }

    private byte[] enrolled(ServiceRequestContext context, AggregatedHttpRequest request, Where where) {
        String address = PeerCredentials.address(context);
        budget.require(address);
        Invitation invitation;
        try {
            invitation = desk.enrolment()
                    .authenticate(BasicCredentials.of(request.headers()).shown(where.trustDomain()));
        } catch (RefusedException e) {
            budget.spend(address);
            throw e;
        }
        requireSource(invitation.identity(), address);
        return desk.enrolment().enrol(invitation, body(request), address);
    }

    /** Before the token is used up. */
    private void requireSource(SpiffeId invited, String address) {
        Optional<AgentRef> agent = invited.agentRef(domain);
        if (agent.isPresent()) {
            Caller unused =
                    network.requireSource(new Caller(Caller.Kind.AGENT, invited, agent, Caller.Method.TOKEN), address);
        }
    }

    private byte[] renewed(ServiceRequestContext context, AggregatedHttpRequest request, Where where) {
        Credentials shown = shown(context, request.headers());
        Caller caller = permitted(() -> authenticator.authenticate(shown));
        if (caller.kind() == Caller.Kind.OPERATOR) {
            throw new RefusedException(
                    Refusal.NOT_PERMITTED, caller.id() + ": operators do not renew here (expected an agent or a node)");
        }
        if (where.trustDomain()
                .filter(called -> !called.equals(caller.id().trustDomain()))
                .isPresent()) {
            throw new RefusedException(
                    Refusal.NOT_PERMITTED,
                    caller.id() + " at " + where.trustDomain().get()
                            + " (expected the host or label of its own tenant)");
        }
        Caller allowed = network.requireSource(caller, PeerCredentials.address(context));
        pace.take(allowed.id().trustDomain()).ifPresent(wait -> {
            throw RefusedException.until(
                    Refusal.RATE_LIMITED,
                    "renewals of " + allowed.id().trustDomain() + " come faster than " + RenewalPace.PER_SECOND
                            + "/s (expected to be tried again in " + wait.toSeconds() + " s)",
                    wait);
        });
        byte[] issued = desk.enrolment().renew(allowed.id(), shown.chain().get(0), body(request));
        Caller unused = permitted(() -> authenticator.confirm(shown));
        return issued;
    }

    /** Whatever is wrong with the certificate: there is nothing else to show, so it is no 401. */
    private static Caller permitted(Supplier<Caller> authentication) {
        try {
            return authentication.get();
        } catch (RefusedException e) {
            throw e.refusal() == Refusal.REVOCATIONS_STALE
                    ? e
                    : new RefusedException(Refusal.NOT_PERMITTED, e.sentence());
        }
    }

    /** The host without {@code est.}: who is called is the tenant. */
    private Credentials shown(ServiceRequestContext context, RequestHeaders headers) {
        Credentials shown = credentials.certificatesOf(context, headers);
        return new Credentials(
                shown.chain(), shown.token(), shown.host().map(EstPages::tenantHost), shown.remoteAddress());
    }

    private static String tenantHost(String host) {
        return host.startsWith("est.") ? host.substring("est.".length()) : host;
    }

    private static byte[] body(AggregatedHttpRequest request) {
        MediaType type = request.contentType();
        if (type == null || !type.belongsTo(PKCS10)) {
            throw new RefusedException(
                    Refusal.UNSUPPORTED_CONTENT_TYPE,
                    "Content-Type: '" + Printable.of(String.valueOf(type)) + "' (expected application/pkcs10)");
        }
        try {
            return Base64.getDecoder().decode(request.contentAscii().replaceAll("[\\r\\n\\t ]", ""));
        } catch (IllegalArgumentException e) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST,
                    "body: is not base64 (expected a certificate request in DER, base64 encoded)");
        }
    }

    private HttpResponse list(HttpMethod method, String file) {
        Optional<byte[]> found = method == HttpMethod.GET && file.matches("[0-9a-f]{64}\\.crl")
                ? desk.revocations().of(file.substring(0, file.length() - ".crl".length()))
                : Optional.empty();
        byte[] der = found.orElseThrow(() -> new RefusedException(
                Refusal.UNKNOWN_OPERATION,
                Printable.of(file)
                        + ": no such list (expected <SHA-256 of an issuing CA of this fabric, in hex>.crl)"));
        return HttpResponse.of(
                ResponseHeaders.builder(HttpStatus.OK)
                        .contentType(REVOCATIONS)
                        .add(HttpHeaderNames.CACHE_CONTROL, "max-age=60")
                        .build(),
                HttpData.wrap(der));
    }

    private static HttpResponse base64(MediaType type, byte[] der) {
        return HttpResponse.of(
                ResponseHeaders.builder(HttpStatus.OK)
                        .contentType(type)
                        .add("content-transfer-encoding", "base64")
                        .add(HttpHeaderNames.CACHE_CONTROL, "no-store")
                        .build(),
                HttpData.wrap(Base64.getEncoder().encode(der)));
    }

    private static HttpResponse refused(RequestHeaders headers, RefusedException refused) {
        HttpStatus status = HttpStatus.valueOf(Errors.shape(refused.refusal()).httpStatus());
        ResponseHeadersBuilder answer = ResponseHeaders.builder(status).add(HttpHeaderNames.CACHE_CONTROL, "no-store");
        if (status.equals(HttpStatus.UNAUTHORIZED)) {
            answer.add(HttpHeaderNames.WWW_AUTHENTICATE, "Basic realm=\"est\", charset=\"UTF-8\"");
            return HttpResponse.of(
                    answer.add(HttpHeaderNames.CONTENT_LENGTH, "0").build());
        }
        if (status.equals(HttpStatus.TOO_MANY_REQUESTS) || status.equals(HttpStatus.SERVICE_UNAVAILABLE)) {
            long seconds =
                    refused.retryAfter().map(wait -> wait.toSeconds() + 1).orElse(USUAL_WAIT);
            answer.add(HttpHeaderNames.RETRY_AFTER, Long.toString(seconds));
        }
        String text = Errors.visible(refused.refusal(), refused.sentence()) + "\n";
        return HttpResponse.of(
                answer.contentType(MediaType.PLAIN_TEXT_UTF_8).build(),
                headers.method() == HttpMethod.HEAD ? HttpData.empty() : HttpData.ofUtf8(text));
    }

    private static String object(ServiceRequestContext context, RequestHeaders headers) {
        return headers.method() + " " + context.path();
    }
}
