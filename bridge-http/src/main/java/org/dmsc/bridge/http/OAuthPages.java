package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.schemas.avro.TenantState;
import org.dmsc.tenant.directory.Tenants;
import org.dmsc.tenant.dpop.ProofOfPossession;
import org.dmsc.tenant.identity.Credentials;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.Possession;
import org.dmsc.tenant.oauth.ClientMethod;
import org.dmsc.tenant.oauth.TokenAnswer;
import org.dmsc.tenant.oauth.TokenAsk;
import org.dmsc.tenant.oauth.TokenDesk;
import org.dmsc.tenant.oauth.TokenError;

/**
 * The built-in token issuer of each tenant: token endpoint (RFC 6749, RFC 9449), metadata (RFC 8414) and keys (RFC 7517). Clients prove themselves to the
 * endpoint in ways of its own, so it comes before the edge's question who is calling. A token is handed out only when the audit log has it.
 */
final class OAuthPages {

    static final String METADATA = "/.well-known/oauth-authorization-server";
    static final String TOKEN = "/oauth2/token";
    static final String JWKS = "/oauth2/jwks";
    private static final int MOST_BODY = 32 * 1024;

    private final FabricDomain domain;
    private final Tenants tenants;
    private final Optional<TokenDesk> desk;
    private final Optional<URI> authorities;
    private final Elsewhere elsewhere;
    private final PeerCredentials credentials;
    private final ProofOfPossession possession;
    private final OAuthAudit audit;

    OAuthPages(HttpEdgeParts parts) {
        this.domain = parts.settings().domain();
        this.tenants = parts.tenants();
        this.desk = parts.tokens();
        this.authorities = parts.settings().authorities();
        this.elsewhere = new Elsewhere(parts.settings());
        this.credentials = new PeerCredentials(domain);
        this.possession = parts.authenticator().possession();
        this.audit = new OAuthAudit(parts);
    }

    /** The answer; empty when the request is for somebody else. */
    Optional<CompletionStage<HttpResponse>> answer(ServiceRequestContext context, HttpRequest request) {
        RequestHeaders headers = request.headers();
        switch (context.path()) {
            case TOKEN:
                context.setMaxRequestLength(MOST_BODY);
                return Optional.of(token(context, request));
            case METADATA:
                return reading(headers)
                        .map(method -> CompletableFuture.completedStage(shown(metadata(context, headers))));
            case JWKS:
                return reading(headers).map(method -> CompletableFuture.completedStage(shown(keys(context, headers))));
            default:
                return Optional.empty();
        }
    }

    private static Optional<HttpMethod> reading(RequestHeaders headers) {
        return Optional.of(headers.method()).filter(method -> method == HttpMethod.GET || method == HttpMethod.HEAD);
    }

    private CompletionStage<HttpResponse> token(ServiceRequestContext context, HttpRequest request) {
        RequestHeaders headers = request.headers();
        TokenDesk open = desk.orElseThrow(() -> elsewhere.refused("tokens"));
        if (headers.contains(HttpHeaderNames.AUTHORIZATION)) {
            return CompletableFuture.completedStage(failed(new TokenAnswer.Failed(
                    TokenError.INVALID_CLIENT,
                    "no secrets or tokens here (expected tls_client_auth or private_key_jwt)",
                    Optional.empty())));
        }
        Credentials shown = credentials.of(context, headers);
        Optional<Possession> proof;
        try {
            proof = PeerCredentials.possession(context, headers);
        } catch (RefusedException e) {
            return answered(new TokenAnswer.Failed(TokenError.INVALID_DPOP_PROOF, e.sentence(), Optional.of(e)), shown);
        }
        proof.ifPresent(given -> DpopChallenge.renew(context, possession.nonce()));
        return request.aggregate()
                .thenCompose(whole -> CompletableFuture.supplyAsync(
                                () -> open.answer(new TokenAsk(
                                        headers.method().name(),
                                        headers.get(HttpHeaderNames.CONTENT_TYPE, ""),
                                        whole.contentUtf8(),
                                        shown,
                                        proof)),
                                context.blockingTaskExecutor())
                        .thenCompose(answer -> answered(answer, shown)));
    }

    private CompletionStage<HttpResponse> answered(TokenAnswer answer, Credentials shown) {
        if (answer instanceof TokenAnswer.Granted granted) {
            AuditEvent event = audit.issued(granted);
            return audit.record(event).thenApply(written -> granted(granted));
        }
        TokenAnswer.Failed failed = (TokenAnswer.Failed) answer;
        audit.refused(failed, shown);
        return CompletableFuture.completedStage(failed(failed));
    }

    private static HttpResponse granted(TokenAnswer.Granted granted) {
        ObjectNode body = A2aJson.object();
        body.put("access_token", granted.token().token());
        body.put("token_type", granted.type().value());
        body.put("expires_in", granted.lifeSeconds());
        if (!granted.scope().isEmpty()) {
            body.put("scope", String.join(" ", granted.scope()));
        }
        return HttpResponse.of(unkept(HttpStatus.OK).build(), HttpData.wrap(A2aJson.bytes(body)));
    }

    private static HttpResponse failed(TokenAnswer.Failed failed) {
        ObjectNode body = A2aJson.object();
        body.put("error", failed.error().code());
        body.put("error_description", failed.sentence());
        ResponseHeadersBuilder headers =
                unkept(HttpStatus.valueOf(failed.error().httpStatus()));
        switch (failed.error()) {
            case TOO_MANY:
                headers.add(HttpHeaderNames.RETRY_AFTER, "60");
                break;
            case METHOD_NOT_ALLOWED:
                headers.add(HttpHeaderNames.ALLOW, "POST");
                break;
            default:
                break;
        }
        return HttpResponse.of(headers.build(), HttpData.wrap(A2aJson.bytes(body)));
    }

    private static ResponseHeadersBuilder unkept(HttpStatus status) {
        return ResponseHeaders.builder(status)
                .contentType(MediaType.JSON)
                .add(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .add(HttpHeaderNames.PRAGMA, "no-cache");
    }

    private ObjectNode metadata(ServiceRequestContext context, RequestHeaders headers) {
        TenantRecord tenant = tenant(context, headers);
        String base = "https://" + PeerCredentials.authority(headers);
        ObjectNode body = A2aJson.object();
        body.put("issuer", tenant.getTokenIssuer());
        body.put("token_endpoint", tokensAt(base) + TOKEN);
        body.put("jwks_uri", base + JWKS);
        body.putArray("grant_types_supported").add("client_credentials");
        body.putArray("response_types_supported");
        ArrayNode methods = body.putArray("token_endpoint_auth_methods_supported");
        for (ClientMethod method : ClientMethod.values()) {
            methods.add(method.value());
        }
        body.putArray("token_endpoint_auth_signing_alg_values_supported").add("ES256");
        ProofOfPossession.algorithms().forEach(body.putArray("dpop_signing_alg_values_supported")::add);
        body.put("tls_client_certificate_bound_access_tokens", true);
        return body;
    }

    /** Here, or where this edge knows that tokens are issued. */
    private String tokensAt(String base) {
        return desk.isPresent()
                ? base
                : authorities
                        .map(at -> at.resolve("/").toString().replaceAll("/$", ""))
                        .orElse(base);
    }

    private ObjectNode keys(ServiceRequestContext context, RequestHeaders headers) {
        return A2aJson.parse(tenant(context, headers).getTokenKeys().getBytes(StandardCharsets.UTF_8));
    }

    /** The tenant of the host that was dialled; on an address that is nobody's, of the certificate that was shown. */
    private TenantRecord tenant(ServiceRequestContext context, RequestHeaders headers) {
        Credentials shown = credentials.of(context, headers);
        Optional<TenantId> tenant = shown.host().flatMap(domain::tenantOfHost);
        if (tenant.isEmpty() && !shown.chain().isEmpty()) {
            tenant = audit.caller(shown).agent().map(agent -> agent.tenant());
        }
        return tenant.flatMap(tenants::find)
                .filter(record -> record.getState() == TenantState.ACTIVE)
                .orElseThrow(() -> new RefusedException(
                        Refusal.TENANT_UNKNOWN,
                        "host: is of no tenant (expected https://<tenant>." + domain
                                + ", or a client certificate of an agent)"));
    }

    private static HttpResponse shown(ObjectNode body) {
        return HttpResponse.of(
                ResponseHeaders.builder(HttpStatus.OK)
                        .contentType(MediaType.JSON)
                        .add(HttpHeaderNames.CACHE_CONTROL, "max-age=300")
                        .add(HttpHeaderNames.VARY, "Host")
                        .build(),
                HttpData.wrap(A2aJson.bytes(body)));
    }
}
