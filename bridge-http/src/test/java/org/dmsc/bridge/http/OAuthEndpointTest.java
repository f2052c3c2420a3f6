package org.dmsc.bridge.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.util.Base64;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The built-in token endpoint over real TLS: good clients, and cases 56 and 60 of security.md. */
final class OAuthEndpointTest {

    private static final String PATH = "/oauth2/token";
    private static final String ISSUER = "https://acme.fabric.localhost";

    @TempDir
    static Path dir;

    static EdgeFixture edge;
    static IssuedIdentity billing;
    static HttpClient client;

    @BeforeAll
    static void start() {
        edge = new EdgeFixture(dir);
        billing = edge.identities.agent("acme", "billing");
        client = edge.identities.client(Optional.of(billing), HttpClient.Version.HTTP_1_1);
        edge.registry.put("acme", "billing", "refund");
    }

    @AfterAll
    static void stop() {
        edge.close();
    }

    @Test
    void aCertificateGetsATokenThatIsBoundToIt() throws Exception {
        EdgeFixture.Answer answer = ask(client, "grant_type=client_credentials&client_id=billing");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("cache-control")).isEqualTo("no-store");
        assertThat(answer.json().path("token_type").asText()).isEqualTo("Bearer");
        assertThat(answer.json().path("expires_in").asInt()).isEqualTo(300);
        SignedJWT token = SignedJWT.parse(answer.json().path("access_token").asText());
        assertThat(token.getHeader().getType().getType()).isEqualTo("at+jwt");
        assertThat(token.getJWTClaimsSet().getJSONObjectClaim("cnf")).containsOnlyKeys("x5t#S256");
        assertThat(edge.audit.events).anySatisfy(event -> {
            assertThat(event.getKind()).isEqualTo(AuditKind.IDENTITY_ISSUED);
            assertThat(event.getDetails()).containsEntry("jti", jti(token)).containsEntry("method", "tls_client_auth");
        });
    }

    @Test
    @Tag("case-56")
    @DisplayName("case 56: a bound token counts beside its certificate only")
    void aBoundTokenNeedsItsCertificate() throws Exception {
        String token = ask(client, "grant_type=client_credentials&client_id=billing")
                .json()
                .path("access_token")
                .asText();
        HttpRequest request = edge.request("/v1/agents")
                .header("Authorization", "Bearer " + token)
                .header("X-Forwarded-Client-Cert", billing.certificatePem().replace("\n", ""))
                .build();

        assertThat(EdgeFixture.send(client, request).status()).isEqualTo(200);
        assertThat(EdgeFixture.send(edge.nobody(), request).status()).isEqualTo(401);
        assertThat(EdgeFixture.send(edge.agent("acme", "billing"), request).status())
                .as("another certificate of the same agent")
                .isEqualTo(401);
        HttpRequest unbound = edge.request("/v1/agents")
                .header("Authorization", "Bearer " + edge.identities.token("acme", "billing"))
                .build();
        assertThat(EdgeFixture.send(client, unbound).status())
                .as("no cnf beside a certificate")
                .isEqualTo(401);
    }

    @Test
    void anAssertionGetsABearerToken() throws Exception {
        String assertion = assertion(billing, claims -> claims);

        EdgeFixture.Answer answer = ask(edge.nobody(), asserting(assertion));

        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        HttpRequest request = edge.request("/v1/agents")
                .header(
                        "Authorization",
                        "Bearer " + answer.json().path("access_token").asText())
                .build();
        assertThat(EdgeFixture.send(edge.nobody(), request).status()).isEqualTo(200);
    }

    @Test
    void givesAScopeThatIsAPartOfWhatWasRegistered() throws Exception {
        EdgeFixture.Answer answer = ask(client, "grant_type=client_credentials&client_id=acme/billing&scope=refund");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("scope").asText()).isEqualTo("refund");
    }

    @Test
    @Tag("case-60")
    @DisplayName("case 60: a scope that was not registered")
    void givesNoMoreScope() throws Exception {
        for (String scope : List.of("refund+admin", "admin", "refund++x", "%22")) {
            EdgeFixture.Answer answer = ask(client, "grant_type=client_credentials&client_id=billing&scope=" + scope);

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.json().path("error").asText()).isEqualTo("invalid_scope");
        }
    }

    @Test
    @Tag("case-60")
    @DisplayName("case 60: GET, duplicate parameters, wrong grants, wrong types")
    void answersWithTheErrorsOfRfc6749() throws Exception {
        assertThat(EdgeFixture.send(client, edge.get(PATH)).status()).isEqualTo(405);
        is(
                "invalid_request",
                ask(client, "grant_type=client_credentials&grant_type=client_credentials&client_id=billing"));
        is("invalid_request", ask(client, "grant_type=client_credentials&client_id=billing&client_id=boss"));
        is("invalid_request", ask(client, "client_id=billing"));
        is("invalid_request", ask(client, ""));
        is("invalid_request", ask(client, "grant_type=client_credentials&client_id=%zz"));
        is("invalid_request", ask(client, "grant_type=client_credentials"));
        for (String grant : List.of(
                "password", "authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:jwt-bearer")) {
            is("unsupported_grant_type", ask(client, "client_id=billing&grant_type=" + grant));
        }
        HttpRequest json = edge.post(PATH, "{\"grant_type\":\"client_credentials\"}");
        is("invalid_request", EdgeFixture.send(client, json));
        HttpRequest huge = form("grant_type=client_credentials&x=" + "y".repeat(64 * 1024));
        assertThat(EdgeFixture.send(client, huge).status()).isEqualTo(413);
    }

    @Test
    @Tag("case-60")
    @DisplayName("case 60: unknown clients and bad credentials get one answer")
    void tellsNobodyWhetherAClientExists() throws Exception {
        List<EdgeFixture.Answer> answers = new ArrayList<>();
        answers.add(ask(client, "grant_type=client_credentials&client_id=boss"));
        answers.add(ask(client, "grant_type=client_credentials&client_id=nobody-at-all"));
        answers.add(ask(client, "grant_type=client_credentials&client_id=beta/billing"));
        answers.add(ask(client, "grant_type=client_credentials&client_id=billing&client_secret=x"));
        answers.add(ask(client, asserting(assertion(edge.identities.agent("acme", "boss"), claims -> claims))));

        for (EdgeFixture.Answer answer : answers) {
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.json()).isEqualTo(answers.get(0).json());
        }
        assertThat(answers.get(0).json().path("error").asText()).isEqualTo("invalid_client");
    }

    @Test
    @Tag("case-60")
    @DisplayName("case 60: assertions that are replayed, altered, for others, too long-lived")
    void refusesHostileAssertions() throws Exception {
        Instant now = edge.identities.clock.instant();
        String once = assertion(billing, claims -> claims);
        assertThat(askAlone(once).status()).isEqualTo(200);
        IssuedIdentity beta = edge.identities.agent("beta", "billing");
        List<String> hostile = List.of(
                once,
                assertion(billing, claims -> claims.audience("https://beta.fabric.localhost")),
                assertion(billing, claims -> claims.audience("https://evil.example/oauth2/token")),
                assertion(billing, claims -> claims.audience(List.of(ISSUER, "https://evil.example"))),
                assertion(billing, claims -> claims.subject("boss").issuer("boss")),
                assertion(billing, claims -> claims.issuer("boss")),
                assertion(billing, claims -> claims.jwtID(null)),
                assertion(billing, claims -> claims.expirationTime(Date.from(now.plus(Duration.ofHours(1))))),
                assertion(billing, claims -> claims.expirationTime(Date.from(now.minusSeconds(60)))),
                assertion(billing, claims -> claims.expirationTime(null)),
                assertion(billing, claims -> claims.issueTime(Date.from(now.plusSeconds(600)))),
                assertion(beta, claims -> claims),
                signedByAnother(billing, edge.identities.agent("acme", "billing")),
                withoutCertificate(billing),
                once.substring(0, once.lastIndexOf('.') + 1),
                "a.b.c");

        for (String assertion : hostile) {
            EdgeFixture.Answer answer = askBesideACertificate(assertion);

            assertThat(answer.status()).as(assertion).isEqualTo(401);
            assertThat(answer.json().path("error").asText()).isEqualTo("invalid_client");
        }
        assertThat(edge.audit.refusals)
                .anyMatch(note -> note.refusal() == Refusal.UNAUTHENTICATED
                        && note.sentence().contains("used before"));
    }

    @Test
    @Tag("case-60")
    @DisplayName("case 60: who tries too often waits")
    void limitsAttempts() throws Exception {
        EdgeFixture own = new EdgeFixture(dir.resolve("limited"));
        try (own) {
            EdgeFixture.Answer answer = null;
            for (int i = 0; i < 21; i++) {
                answer =
                        EdgeFixture.send(own.nobody(), form(own, "grant_type=client_credentials&client_id=guess-" + i));
            }

            assertThat(answer.status()).isEqualTo(429);
            assertThat(answer.header("retry-after")).isEqualTo("60");
        }
    }

    @Test
    void showsMetadataAndKeysOfTheCertificatesTenant() throws Exception {
        EdgeFixture.Answer metadata = EdgeFixture.send(client, edge.get("/.well-known/oauth-authorization-server"));
        EdgeFixture.Answer keys = EdgeFixture.send(client, edge.get("/oauth2/jwks"));

        assertThat(metadata.status()).isEqualTo(200);
        ObjectNode json = metadata.json();
        assertThat(json.path("issuer").asText()).isEqualTo(ISSUER);
        assertThat(json.path("token_endpoint").asText())
                .isEqualTo(edge.uri(PATH).toString());
        assertThat(json.path("token_endpoint_auth_methods_supported").toString())
                .isEqualTo("[\"tls_client_auth\",\"private_key_jwt\"]");
        assertThat(json.path("tls_client_certificate_bound_access_tokens").asBoolean())
                .isTrue();
        assertThat(keys.json().path("keys")).hasSize(1);
        assertThat(keys.json().toString()).doesNotContain("\"d\"");
        assertThat(EdgeFixture.send(edge.nobody(), edge.get("/oauth2/jwks")).status())
                .isEqualTo(404);
    }

    private static String jti(SignedJWT token) {
        try {
            return token.getJWTClaimsSet().getJWTID();
        } catch (java.text.ParseException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void is(String error, EdgeFixture.Answer answer) {
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("error").asText()).isEqualTo(error);
        assertThat(answer.header("cache-control")).isEqualTo("no-store");
    }

    /** Beside the same agent's certificate, so that nobody counts the failures. */
    private static EdgeFixture.Answer askBesideACertificate(String assertion) throws Exception {
        return ask(client, asserting(assertion));
    }

    private static EdgeFixture.Answer askAlone(String assertion) throws Exception {
        return ask(edge.nobody(), asserting(assertion));
    }

    private static EdgeFixture.Answer ask(HttpClient from, String form) throws Exception {
        return EdgeFixture.send(from, form(form));
    }

    private static HttpRequest form(String form) {
        return form(edge, form);
    }

    private static HttpRequest form(EdgeFixture at, String form) {
        return HttpRequest.newBuilder(at.uri(PATH))
                .timeout(Duration.ofSeconds(60))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build();
    }

    private static String asserting(String assertion) {
        return "grant_type=client_credentials&client_assertion_type="
                + URLEncoder.encode("urn:ietf:params:oauth:client-assertion-type:jwt-bearer", StandardCharsets.UTF_8)
                + "&client_assertion=" + assertion;
    }

    private static String assertion(IssuedIdentity identity, UnaryOperator<JWTClaimsSet.Builder> change)
            throws Exception {
        return sign(identity, identity, change.apply(claims()).build());
    }

    private static String signedByAnother(IssuedIdentity shown, IssuedIdentity signer) throws Exception {
        return sign(shown, signer, claims().build());
    }

    private static String withoutCertificate(IssuedIdentity identity) throws Exception {
        SignedJWT jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.ES256), claims().build());
        jwt.sign(new ECDSASigner((ECPrivateKey) identity.key()));
        return jwt.serialize();
    }

    private static String sign(IssuedIdentity shown, IssuedIdentity signer, JWTClaimsSet claims) throws Exception {
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .x509CertChain(List.of(Base64.encode(shown.leaf().getEncoded())))
                        .build(),
                claims);
        jwt.sign(new ECDSASigner((ECPrivateKey) signer.key()));
        return jwt.serialize();
    }

    private static JWTClaimsSet.Builder claims() {
        Instant now = edge.identities.clock.instant();
        return new JWTClaimsSet.Builder()
                .issuer("billing")
                .subject("billing")
                .audience(ISSUER + PATH)
                .jwtID(UUID.randomUUID().toString())
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(60)));
    }
}
