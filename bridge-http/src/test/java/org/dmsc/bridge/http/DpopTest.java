package org.dmsc.bridge.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.lf.a2a.v1.A2AServiceGrpc;
import com.google.lf.a2a.v1.ListTasksRequest;
import com.nimbusds.jwt.JWTClaimsSet;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.http.a2a.Operation;
import org.dmsc.bridge.http.bindings.Binding;
import org.dmsc.bridge.http.bindings.GrpcJava;
import org.dmsc.bridge.http.bindings.HttpBindings;
import org.dmsc.schemas.Refusal;
import org.dmsc.tenant.directory.CapabilityIndex;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Case 58 of security.md over real TLS, at two gateways of one fabric: tokens that are bound to a key, in each binding. */
@Tag("case-58")
final class DpopTest {

    private static final Map<String, String> SPOKEN = Map.of("A2A-Version", "1.0");
    private static final String LIST_TASKS = "/lf.a2a.v1.A2AService/ListTasks";
    private static final String ALGORITHMS = "algs=\"ES256 EdDSA PS256\"";

    @TempDir
    static Path dir;

    static EdgeFixture edge;
    static HttpEdge second;
    static DpopClient client;
    static String token;
    static HttpClient nobody;
    static Map<String, Binding> bindings;

    @BeforeAll
    static void start() throws Exception {
        edge = new EdgeFixture(dir);
        second = new HttpEdge(edge.parts(new CapabilityIndex(), edge.settings(0)));
        second.start();
        edge.proofClock.advanceToNextNonce();
        client = new DpopClient(edge.proofClock);
        token = edge.identities.boundToken("acme", "billing", client.thumbprint());
        nobody = edge.nobody();
        bindings = new LinkedHashMap<>();
        bindings.put("JSONRPC", HttpBindings.jsonRpc(nobody, edge.uri("/")));
        bindings.put("HTTP+JSON", HttpBindings.rest(nobody, edge.uri("/")));
        bindings.put("GRPC", new GrpcJava(edge.identities.root(), edge.edge.port()));
    }

    @AfterAll
    static void stop() {
        bindings.values().forEach(Binding::close);
        second.close();
        edge.close();
    }

    @Test
    void asksForANonceAndServesWhoeverHasIt() throws Exception {
        EdgeFixture.Answer first = agents(token, proof("", claims -> claims));

        assertThat(first.status()).isEqualTo(401);
        assertThat(first.response().headers().allValues("www-authenticate"))
                .containsExactly("DPoP error=\"use_dpop_nonce\", " + ALGORITHMS);
        assertThat(first.json().toString()).contains("DPOP_NONCE");
        String nonce = first.header("dpop-nonce");
        EdgeFixture.Answer served = agents(token, proof(nonce, claims -> claims));
        assertThat(served.status()).as(served.json().toString()).isEqualTo(200);
        assertThat(served.header("dpop-nonce")).as("it is still good").isEmpty();
        assertThat(agents(token, proof(nonce, claims -> claims)).status())
                .as("a nonce is for many proofs")
                .isEqualTo(200);
        assertThat(edge.audit.refusals)
                .anyMatch(note -> note.refusal() == Refusal.DPOP_NONCE
                        && note.actor().startsWith("anonymous@")
                        && note.object().equals(Optional.of("GET /v1/agents")));
    }

    @Test
    @DisplayName("case 58: the same proof again at the same gateway, and at another one")
    void takesAProofOnce() throws Exception {
        String proof = proof(nonce(edge.edge), claims -> claims);
        assertThat(agents(token, proof).status()).isEqualTo(200);

        refused("invalid_dpop_proof", Refusal.DPOP_INVALID, agents(token, proof));
        refused("use_dpop_nonce", Refusal.DPOP_NONCE, at(second, token, proof));
        String unused = proof(nonce(edge.edge), claims -> claims);
        refused("use_dpop_nonce", Refusal.DPOP_NONCE, at(second, token, unused));
        String forIt = proof(
                nonce(second), claims -> claims.claim("htu", "https://localhost:" + second.port() + "/v1/agents"));
        assertThat(at(second, token, forIt).status()).isEqualTo(200);
        refused("use_dpop_nonce", Refusal.DPOP_NONCE, agents(token, forIt));
    }

    @Test
    @DisplayName(
            "case 58: htu of another host, ath of another token, old, of another method, not signed by the token's key")
    void refusesWhatWasMadeForSomethingElse() throws Exception {
        String nonce = nonce(edge.edge);
        List<UnaryOperator<JWTClaimsSet.Builder>> wrong = List.of(
                claims -> claims.claim("htu", "https://evil.example/v1/agents"),
                claims -> claims.claim("htu", "https://beta.fabric.localhost:" + edge.edge.port() + "/v1/agents"),
                claims -> claims.claim("htu", "https://localhost:" + second.port() + "/v1/agents"),
                claims -> claims.claim("htu", edge.uri("/v1/agents/billing").toString()),
                claims -> claims.claim("htu", edge.uri("/v1/agents").toString().replace("https", "http")),
                claims -> claims.claim("ath", DpopClient.hash("another token")),
                claims -> claims.claim("ath", null),
                claims -> claims.claim("htm", "POST"),
                claims -> claims.issueTime(Date.from(edge.proofClock.instant().minusSeconds(40))),
                claims -> claims.issueTime(Date.from(edge.proofClock.instant().plusSeconds(40))),
                claims -> claims.jwtID(null));

        for (UnaryOperator<JWTClaimsSet.Builder> one : wrong) {
            refused("invalid_dpop_proof", Refusal.DPOP_INVALID, agents(token, proof(nonce, one)));
        }
        String stolen = new DpopClient(edge.proofClock)
                .proof("GET", edge.uri("/v1/agents").toString(), token, nonce);
        refused("invalid_token", Refusal.DPOP_BINDING, agents(token, stolen));
    }

    @Test
    void handsOnTheNextNonceWithAnAnswer() throws Exception {
        try (EdgeFixture own = new EdgeFixture(dir.resolve("late"));
                GrpcJava grpc = new GrpcJava(own.identities.root(), own.edge.port())) {
            own.proofClock.advanceToNextNonce();
            DpopClient late = new DpopClient(own.proofClock);
            String bound = own.identities.boundToken("acme", "billing", late.thumbprint());
            String nonce = EdgeFixture.send(
                            own.nobody(),
                            get(
                                    own,
                                    bound,
                                    late.proof("GET", own.uri("/v1/agents").toString(), bound, "")))
                    .header("dpop-nonce");
            own.proofClock.advance(Duration.ofMinutes(2));

            EdgeFixture.Answer answer = EdgeFixture.send(
                    own.nobody(),
                    get(own, bound, late.proof("GET", own.uri("/v1/agents").toString(), bound, nonce)));

            String next = answer.header("dpop-nonce");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(next).hasSize(22).isNotEqualTo(nonce);
            assertThat(called(
                            grpc, bound, late.proof("POST", own.uri(LIST_TASKS).toString(), bound, nonce)))
                    .isEqualTo(next);
            assertThat(called(
                            grpc, bound, late.proof("POST", own.uri(LIST_TASKS).toString(), bound, next)))
                    .isEmpty();
        }
    }

    private static HttpRequest get(EdgeFixture own, String bound, String proof) {
        return own.request("/v1/agents")
                .header("Authorization", "DPoP " + bound)
                .header("DPoP", proof)
                .build();
    }

    /** The nonce in the metadata of an answer. */
    private static String called(GrpcJava grpc, String bound, String proof) {
        Map<String, String> shown = new LinkedHashMap<>(SPOKEN);
        shown.put("Authorization", "DPoP " + bound);
        shown.put("DPoP", proof);
        AtomicReference<Metadata> headers = new AtomicReference<>();
        A2AServiceGrpc.newBlockingStub(grpc.channel(shown))
                .withInterceptors(MetadataUtils.newCaptureMetadataInterceptor(headers, new AtomicReference<>()))
                .listTasks(ListTasksRequest.getDefaultInstance());
        String nonce = headers.get().get(Metadata.Key.of("dpop-nonce", Metadata.ASCII_STRING_MARSHALLER));
        return nonce == null ? "" : nonce;
    }

    @Test
    @DisplayName("case 58: what the request says of its host changes nothing")
    void believesNoHostHeader() throws Exception {
        HttpRequest request = edge.request("/v1/agents")
                .header("X-Forwarded-Host", "evil.example")
                .header("Forwarded", "host=evil.example;proto=https")
                .header("Authorization", "DPoP " + token)
                .header(
                        "DPoP",
                        proof(nonce(edge.edge), claims -> claims.claim("htu", "https://evil.example/v1/agents")))
                .build();

        refused("invalid_dpop_proof", Refusal.DPOP_INVALID, EdgeFixture.send(nobody, request));
    }

    @Test
    void comparesThePathWithoutItsQueryInAnySpelling() throws Exception {
        String nonce = nonce(edge.edge);
        String path = "/v1/agents/bill%69ng%2d2";
        for (String htu : List.of(path, "/v1/agents/billing-2", path + "?x=y#z")) {
            String proof = proof(
                    nonce,
                    claims -> claims.claim("htu", edge.uri("/").resolve(htu).toString()));
            HttpRequest request = HttpRequest.newBuilder(URI.create(edge.uri(path) + "?a=b"))
                    .header("Authorization", "dpop " + token)
                    .header("DPoP", proof)
                    .build();

            assertThat(EdgeFixture.send(nobody, request).status()).as(htu).isEqualTo(404);
        }
    }

    @Test
    void refusesWhatIsShownByTheWrongScheme() throws Exception {
        String nonce = nonce(edge.edge);
        String unbound = edge.identities.token("acme", "billing");
        String forIt = proof(nonce, claims -> claims.claim("ath", DpopClient.hash(unbound)));

        refused(
                "invalid_token",
                Refusal.DPOP_BINDING,
                send("Bearer " + token, List.of(proof(nonce, claims -> claims))));
        refused("invalid_token", Refusal.DPOP_BINDING, send("Bearer " + token, List.of()));
        refused("invalid_token", Refusal.DPOP_BINDING, send("DPoP " + unbound, List.of(forIt)));
        refused("invalid_dpop_proof", Refusal.DPOP_INVALID, send("DPoP " + token, List.of()));
        refused(
                "invalid_dpop_proof",
                Refusal.DPOP_INVALID,
                send("DPoP " + token, List.of(proof(nonce, claims -> claims), proof(nonce, claims -> claims))));
        refused("invalid_dpop_proof", Refusal.DPOP_INVALID, send("DPoP " + token, List.of("a.b.c")));
        refused("invalid_token", Refusal.UNAUTHENTICATED, send("DPoP a.b.c", List.of(proof(nonce, claims -> claims))));
        assertThat(send("Bearer " + unbound, List.of("whatever")).status())
                .as("a proof that nobody asked for")
                .isEqualTo(200);
        EdgeFixture.Answer nothing = send("", List.of());
        assertThat(nothing.response().headers().allValues("www-authenticate"))
                .containsExactly("Bearer", "DPoP " + ALGORITHMS);
        assertThat(nothing.header("dpop-nonce")).isEmpty();
    }

    @Test
    void aTokenOfAKeyAloneIsNotShownBesideACertificate() throws Exception {
        HttpRequest request = edge.request("/v1/agents")
                .header("Authorization", "DPoP " + token)
                .header("DPoP", proof(nonce(edge.edge), claims -> claims))
                .build();

        refused("invalid_token", Refusal.UNAUTHENTICATED, EdgeFixture.send(edge.agent("acme", "billing"), request));
    }

    @ParameterizedTest
    @ValueSource(strings = {"JSONRPC", "HTTP+JSON", "GRPC"})
    @DisplayName("case 58: the same in each binding")
    void holdsInEachBinding(String name) throws Exception {
        Binding binding = bindings.get(name);
        String method = name.equals("HTTP+JSON") ? "GET" : "POST";
        String path = Map.of("JSONRPC", "/a2a", "HTTP+JSON", "/tasks", "GRPC", LIST_TASKS)
                .get(name);
        String uri = edge.uri(path).toString();
        String nonce = nonce(edge.edge);
        String good = client.proof(method, uri, token, nonce);
        String hash = DpopClient.hash(token);

        assertThat(reason(binding, client.proof(method, uri, token, ""))).isEqualTo("DPOP_NONCE");
        assertThat(reason(binding, client.proof(method, uri, token, nonce(second))))
                .isEqualTo("DPOP_NONCE");
        assertThat(reason(binding, client.proof(method, uri, nonce, claims -> claims)))
                .as("no ath")
                .isEqualTo("DPOP_INVALID");
        assertThat(reason(binding, client.proof(method, "https://evil.example" + path, token, nonce)))
                .isEqualTo("DPOP_INVALID");
        assertThat(reason(binding, new DpopClient(edge.proofClock).proof(method, uri, token, nonce)))
                .isEqualTo("DPOP_BINDING");
        assertThat(reason(
                        binding,
                        client.proof(
                                method,
                                uri,
                                nonce,
                                claims -> claims.claim("ath", hash)
                                        .issueTime(Date.from(
                                                edge.proofClock.instant().minusSeconds(40))))))
                .isEqualTo("DPOP_INVALID");
        assertThat(reason(binding, good)).as("served").isEmpty();
        assertThat(reason(binding, good)).as("again").isEqualTo("DPOP_INVALID");
    }

    @Test
    void grpcClientsFindTheNonceInTheMetadata() throws Exception {
        GrpcJava grpc = (GrpcJava) bindings.get("GRPC");
        String uri = edge.uri(LIST_TASKS).toString();
        Map<String, String> shown = new LinkedHashMap<>(SPOKEN);
        shown.put("Authorization", "DPoP " + token);
        shown.put("DPoP", client.proof("POST", uri, token, ""));

        assertThatThrownBy(() -> A2AServiceGrpc.newBlockingStub(grpc.channel(shown))
                        .listTasks(ListTasksRequest.getDefaultInstance()))
                .isInstanceOfSatisfying(StatusRuntimeException.class, failure -> {
                    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
                    assertThat(metadata(failure, "dpop-nonce")).isNotEmpty();
                    assertThat(metadata(failure, "www-authenticate"))
                            .isEqualTo("DPoP error=\"use_dpop_nonce\", " + ALGORITHMS);
                });
    }

    private static String metadata(StatusRuntimeException failure, String name) {
        Metadata trailers = failure.getTrailers();
        String value = trailers == null ? null : trailers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
        return value == null ? "" : value;
    }

    private static String reason(Binding binding, String proof) throws Exception {
        ObjectNode request = A2aJson.object().put("pageSize", 1);
        Map<String, String> headers = new LinkedHashMap<>(SPOKEN);
        headers.put("Authorization", "DPoP " + token);
        headers.put("DPoP", proof);
        return binding.call(Operation.LIST_TASKS, request, headers).trouble().reason();
    }

    private static void refused(String error, Refusal refusal, EdgeFixture.Answer answer) {
        assertThat(answer.status()).as(answer.json().toString()).isEqualTo(401);
        assertThat(answer.response().headers().allValues("www-authenticate"))
                .as(answer.json().toString())
                .containsExactly("DPoP error=\"" + error + "\", " + ALGORITHMS);
        assertThat(answer.json().toString()).contains("\"" + refusal + "\"");
        assertThat(answer.header("dpop-nonce")).hasSize(22);
        assertThat(edge.audit.refusals).anyMatch(note -> note.refusal() == refusal);
    }

    /** As a client learns it: by being refused. */
    private static String nonce(HttpEdge from) throws Exception {
        return at(from, token, proof("", claims -> claims)).header("dpop-nonce");
    }

    private static String proof(String nonce, UnaryOperator<JWTClaimsSet.Builder> change) throws Exception {
        return client.proof(
                "GET",
                edge.uri("/v1/agents").toString(),
                nonce,
                claims -> change.apply(claims.claim("ath", DpopClient.hash(token))));
    }

    private static EdgeFixture.Answer agents(String shown, String proof) throws Exception {
        return at(edge.edge, shown, proof);
    }

    private static EdgeFixture.Answer at(HttpEdge to, String shown, String proof) throws Exception {
        return send(to, "DPoP " + shown, List.of(proof));
    }

    private static EdgeFixture.Answer send(String authorization, List<String> proofs) throws Exception {
        return send(edge.edge, authorization, proofs);
    }

    private static EdgeFixture.Answer send(HttpEdge to, String authorization, List<String> proofs) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("https://localhost:" + to.port() + "/v1/agents"))
                .timeout(Duration.ofSeconds(60));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        proofs.forEach(proof -> request.header("DPoP", proof));
        return EdgeFixture.send(nobody, request.build());
    }
}
