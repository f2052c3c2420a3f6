package org.dmsc.node.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.dmsc.node.testing.Credentials;
import org.dmsc.node.testing.FabricExtension;
import org.dmsc.node.testing.TestFabric;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tokens of the built-in issuer on a whole node, before, while and after its key is rotated. */
@ExtendWith(FabricExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class TokensIT {

    private static final String TENANT = "token-holders";

    private TestFabric fabric;
    private HttpClient client;

    @BeforeAll
    void oneAgent(TestFabric shared) {
        fabric = shared;
        fabric.createTenant(TENANT);
        Credentials agent = fabric.addAgent(TENANT, "billing");
        client = HttpClient.newBuilder().sslContext(agent.tls()).build();
    }

    @Test
    void aRotatedKeyRefusesNobody() throws Exception {
        String before = token();
        assertThat(agents(before)).isEqualTo(200);

        assertThat(fabric.operator()
                        .post("/v1/config/tenants/" + TENANT + "/token-keys", "{}")
                        .status())
                .isEqualTo(201);

        assertThat(get("/oauth2/jwks", "").path("keys"))
                .as("the next one is published")
                .hasSize(2);
        assertThat(agents(before)).isEqualTo(200);
        assertThat(agents(token())).isEqualTo(200);
    }

    @Test
    void eachTokenIsInTheAuditLogByItsId() throws Exception {
        String token = token();
        String claims = new String(
                java.util.Base64.getUrlDecoder().decode(token.split("\\.")[1]),
                java.nio.charset.StandardCharsets.UTF_8);
        String id = new ObjectMapper().readTree(claims).path("jti").asText();

        TestFabric.await(
                "jti in the audit log",
                () -> fabric.operator()
                        .get("/v1/audit?tenant=" + TENANT)
                        .body()
                        .toString()
                        .contains(id));
    }

    @Test
    void anAgentInsideIsNotFetchedUnlessTheConfigurationSaysSo() {
        assertThat(fabric.operator()
                        .post("/v1/agents?tenant=" + TENANT, "{\"url\":\"https://localhost:8443/\"}")
                        .reason())
                .isEqualTo("ADDRESS_NOT_ALLOWED");
    }

    @Test
    @Tag("case-58")
    @DisplayName("case 58: on a whole node, a token that is bound to a key counts with a proof of it, once")
    void aTokenIsBoundToAKey() throws Exception {
        ProofKey key = new ProofKey();
        String endpoint = fabric.httpUrl() + "/oauth2/token";
        String nonce = ask(key.proof("POST", endpoint, "", ""))
                .headers()
                .firstValue("dpop-nonce")
                .orElseThrow();
        JsonNode granted = new ObjectMapper()
                .readTree(ask(key.proof("POST", endpoint, "", nonce)).body());
        assertThat(granted.path("token_type").asText()).isEqualTo("DPoP");
        String token = granted.path("access_token").asText();
        String proof = key.proof("GET", fabric.httpUrl() + "/v1/agents", token, nonce);

        assertThat(agents("DPoP " + token, proof).statusCode()).isEqualTo(200);

        HttpResponse<String> again = agents("DPoP " + token, proof);
        assertThat(again.statusCode()).isEqualTo(401);
        assertThat(again.headers().firstValue("www-authenticate").orElse("")).contains("invalid_dpop_proof");
        assertThat(agents("Bearer " + token, proof).statusCode()).isEqualTo(401);
        String elsewhere = key.proof("GET", "https://evil.example/v1/agents", token, nonce);
        assertThat(agents("DPoP " + token, elsewhere).statusCode()).isEqualTo(401);
    }

    private HttpResponse<String> ask(String proof) throws Exception {
        HttpRequest ask = request("/oauth2/token")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("DPoP", proof)
                .POST(HttpRequest.BodyPublishers.ofString("grant_type=client_credentials&client_id=billing"))
                .build();
        return client.send(ask, HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> agents(String authorization, String proof) throws Exception {
        HttpRequest ask = request("/v1/agents")
                .header("Authorization", authorization)
                .header("DPoP", proof)
                .build();
        return client.send(ask, HttpResponse.BodyHandlers.ofString());
    }

    private String token() throws Exception {
        HttpRequest ask = request("/oauth2/token")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("grant_type=client_credentials&client_id=billing"))
                .build();
        HttpResponse<String> answer = client.send(ask, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return new ObjectMapper().readTree(answer.body()).path("access_token").asText();
    }

    private int agents(String token) throws Exception {
        HttpRequest ask =
                request("/v1/agents").header("Authorization", "Bearer " + token).build();
        return client.send(ask, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    private JsonNode get(String path, String query) throws Exception {
        HttpResponse<String> answer = client.send(request(path + query).build(), HttpResponse.BodyHandlers.ofString());
        return new ObjectMapper().readTree(answer.body());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(fabric.httpUrl() + path)).timeout(Duration.ofSeconds(60));
    }
}
