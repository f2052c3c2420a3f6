package org.dmsc.bridge.http;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The built-in token endpoint asked with a proof of possession (RFC 9449 5), and what the token is good for. */
@Tag("case-58")
final class DpopTokenTest {

    private static final String PATH = "/oauth2/token";
    private static final String BY_CERTIFICATE = "grant_type=client_credentials&client_id=billing";

    @TempDir
    static Path dir;

    static EdgeFixture edge;
    static IssuedIdentity billing;
    static DpopClient key;
    static HttpClient nobody;
    static HttpClient certified;

    @BeforeAll
    static void start() {
        edge = new EdgeFixture(dir);
        billing = edge.identities.agent("acme", "billing");
        edge.proofClock.advanceToNextNonce();
        key = new DpopClient(edge.proofClock);
        nobody = edge.nobody();
        certified = edge.identities.client(Optional.of(billing), HttpClient.Version.HTTP_1_1);
        edge.registry.put("acme", "billing", "refund");
    }

    @AfterAll
    static void stop() {
        edge.close();
    }

    @Test
    @DisplayName("an assertion is not lost to a nonce that was missing, and the token is bound to the key alone")
    void aTokenWithoutACertificate() throws Exception {
        String form = asserting(billing);
        EdgeFixture.Answer asked = ask(nobody, form, proof(""));
        assertThat(asked.status()).isEqualTo(400);
        assertThat(asked.json().path("error").asText()).isEqualTo("use_dpop_nonce");
        String nonce = asked.header("dpop-nonce");

        EdgeFixture.Answer granted = ask(nobody, form, proof(nonce));

        assertThat(granted.status()).as(granted.json().toString()).isEqualTo(200);
        assertThat(granted.json().path("token_type").asText()).isEqualTo("DPoP");
        assertThat(granted.header("dpop-nonce")).isEqualTo(nonce);
        String token = granted.json().path("access_token").asText();
        assertThat(SignedJWT.parse(token).getJWTClaimsSet().getJSONObjectClaim("cnf"))
                .containsOnlyKeys("jkt")
                .containsEntry("jkt", key.thumbprint());
        assertThat(edge.audit.events)
                .anyMatch(event -> event.getKind() == AuditKind.IDENTITY_ISSUED
                        && "DPoP".equals(event.getDetails().get("tokenType")));
        String use = key.proof("GET", edge.uri("/v1/agents").toString(), token, nonce);
        assertThat(agents(nobody, token, use).status()).isEqualTo(200);
    }

    @Test
    void beyondACertificateTheTokenIsBoundToBoth() throws Exception {
        String nonce = ask(certified, BY_CERTIFICATE, proof("")).header("dpop-nonce");
        String token = ask(certified, BY_CERTIFICATE, proof(nonce))
                .json()
                .path("access_token")
                .asText();
        String uri = edge.uri("/v1/agents").toString();

        assertThat(SignedJWT.parse(token).getJWTClaimsSet().getJSONObjectClaim("cnf"))
                .containsOnlyKeys("jkt", "x5t#S256");
        assertThat(agents(certified, token, key.proof("GET", uri, token, nonce)).status())
                .isEqualTo(200);
        assertThat(agents(nobody, token, key.proof("GET", uri, token, nonce)).status())
                .as("without the certificate")
                .isEqualTo(401);
        assertThat(agents(certified, token, new DpopClient(edge.proofClock).proof("GET", uri, token, nonce))
                        .status())
                .as("with another key")
                .isEqualTo(401);
    }

    @Test
    @DisplayName(
            "case 58: at the token endpoint: used again, for another address, of another gateway, not a proof, two of them")
    void refusesOtherProofs() throws Exception {
        String nonce = ask(certified, BY_CERTIFICATE, proof("")).header("dpop-nonce");
        String once = proof(nonce);
        assertThat(ask(certified, BY_CERTIFICATE, once).status()).isEqualTo(200);

        is("invalid_dpop_proof", ask(certified, BY_CERTIFICATE, once));
        is("invalid_dpop_proof", ask(certified, BY_CERTIFICATE, "a.b.c"));
        is("invalid_dpop_proof", ask(certified, BY_CERTIFICATE, proof(nonce), proof(nonce)));
        is(
                "invalid_dpop_proof",
                ask(
                        certified,
                        BY_CERTIFICATE,
                        key.proof("POST", "https://evil.example" + PATH, nonce, claims -> claims)));
        is(
                "invalid_dpop_proof",
                ask(certified, BY_CERTIFICATE, key.proof("GET", edge.uri(PATH).toString(), nonce, claims -> claims)));
        is("use_dpop_nonce", ask(certified, BY_CERTIFICATE, proof("AAAAAAAAAAAAAAAAAAAAAA")));
        assertThat(edge.audit.refusals)
                .anyMatch(note -> note.refusal() == Refusal.DPOP_INVALID
                        && note.sentence().contains("used before")
                        && note.object().equals(Optional.of("POST " + PATH)));
    }

    @Test
    void aGoodProofProvesNoClient() throws Exception {
        String nonce = ask(certified, BY_CERTIFICATE, proof("")).header("dpop-nonce");
        String proof = proof(nonce);

        EdgeFixture.Answer answer = ask(nobody, BY_CERTIFICATE, proof);

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.json().path("error").asText()).isEqualTo("invalid_client");
        assertThat(ask(certified, BY_CERTIFICATE, proof).status())
                .as("and is not used up by it")
                .isEqualTo(200);
    }

    @Test
    void withoutAProofAllIsAsBefore() throws Exception {
        EdgeFixture.Answer answer = ask(certified, BY_CERTIFICATE);

        assertThat(answer.json().path("token_type").asText()).isEqualTo("Bearer");
        assertThat(answer.header("dpop-nonce")).isEmpty();
    }

    @Test
    void metadataNamesTheAlgorithms() throws Exception {
        assertThat(EdgeFixture.send(certified, edge.get("/.well-known/oauth-authorization-server"))
                        .json()
                        .path("dpop_signing_alg_values_supported")
                        .toString())
                .isEqualTo("[\"ES256\",\"EdDSA\",\"PS256\"]");
    }

    @Test
    @DisplayName("case 60: who tries too many bad proofs waits; a nonce that was missing is no attempt")
    void limitsAttempts() throws Exception {
        try (EdgeFixture own = new EdgeFixture(dir.resolve("limited"))) {
            HttpClient stranger = own.nobody();
            DpopClient late = new DpopClient(own.proofClock);
            for (int i = 0; i < 21; i++) {
                EdgeFixture.Answer answer = EdgeFixture.send(
                        stranger,
                        request(
                                own,
                                BY_CERTIFICATE,
                                late.proof("POST", own.uri(PATH).toString(), "", claims -> claims)));
                assertThat(answer.json().path("error").asText()).isEqualTo("use_dpop_nonce");
            }
            for (int i = 0; i < 20; i++) {
                EdgeFixture.send(stranger, request(own, BY_CERTIFICATE, "a.b.c"));
            }

            assertThat(EdgeFixture.send(stranger, request(own, BY_CERTIFICATE, "a.b.c"))
                            .status())
                    .isEqualTo(429);
        }
    }

    private static void is(String error, EdgeFixture.Answer answer) {
        assertThat(answer.status()).as(answer.json().toString()).isEqualTo(400);
        assertThat(answer.json().path("error").asText()).isEqualTo(error);
        assertThat(answer.header("cache-control")).isEqualTo("no-store");
    }

    private static String proof(String nonce) throws Exception {
        return key.proof("POST", edge.uri(PATH).toString(), nonce, claims -> claims);
    }

    private static EdgeFixture.Answer agents(HttpClient from, String token, String proof) throws Exception {
        return EdgeFixture.send(
                from,
                edge.request("/v1/agents")
                        .header("Authorization", "DPoP " + token)
                        .header("DPoP", proof)
                        .build());
    }

    private static EdgeFixture.Answer ask(HttpClient from, String form, String... proofs) throws Exception {
        return EdgeFixture.send(from, request(edge, form, proofs));
    }

    private static HttpRequest request(EdgeFixture at, String form, String... proofs) {
        HttpRequest.Builder request = HttpRequest.newBuilder(at.uri(PATH))
                .timeout(Duration.ofSeconds(60))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form));
        for (String proof : proofs) {
            request.header("DPoP", proof);
        }
        return request.build();
    }

    private static String asserting(IssuedIdentity identity) throws Exception {
        Instant now = edge.identities.clock.instant();
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .x509CertChain(List.of(Base64.encode(identity.leaf().getEncoded())))
                        .build(),
                new JWTClaimsSet.Builder()
                        .issuer("billing")
                        .subject("billing")
                        .audience("https://acme.fabric.localhost" + PATH)
                        .jwtID(UUID.randomUUID().toString())
                        .issueTime(Date.from(now))
                        .expirationTime(Date.from(now.plusSeconds(60)))
                        .build());
        jwt.sign(new ECDSASigner((ECPrivateKey) identity.key()));
        return "grant_type=client_credentials&client_assertion_type="
                + URLEncoder.encode("urn:ietf:params:oauth:client-assertion-type:jwt-bearer", StandardCharsets.UTF_8)
                + "&client_assertion=" + jwt.serialize();
    }
}
