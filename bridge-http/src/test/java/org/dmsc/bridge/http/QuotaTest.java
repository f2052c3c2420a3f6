package org.dmsc.bridge.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import org.dmsc.schemas.Refusal;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What tenants' limits do at the HTTP edge. */
@Tag("case_72")
final class QuotaTest {

    private static final int BURST = 3;
    private static final String SLOW = "{'quotas':{'requests-per-second':1,'burst':3}}";

    @TempDir
    static Path dir;

    static EdgeFixture edge;

    @BeforeAll
    static void start() {
        edge = new EdgeFixture(dir);
    }

    @AfterAll
    static void stop() {
        edge.close();
    }

    @AfterEach
    void forget() {
        edge.policies.put("acme", "{}");
        edge.policies.put("gamma", "{}");
        edge.audit.refusals.clear();
    }

    @Test
    void whatComesTooFastIsAnsweredWith429AndWhenToComeAgainAndAuditedAndOtherTenantsGoOn() throws Exception {
        edge.policies.put("acme", SLOW);
        HttpClient fast = edge.agent("acme", "fast");
        HttpClient other = edge.agent("beta", "other");
        for (int i = 0; i < BURST; i++) {
            assertThat(EdgeFixture.send(fast, edge.get("/v1/agents")).status()).isEqualTo(200);
        }

        EdgeFixture.Answer rest = EdgeFixture.send(fast, edge.get("/v1/agents"));
        EdgeFixture.Answer jsonRpc = EdgeFixture.send(fast, edge.post("/a2a", "{}"));

        assertThat(rest.status()).isEqualTo(429);
        assertThat(rest.header("retry-after")).isEqualTo("1");
        assertThat(rest.json().at("/error/status").asText()).isEqualTo("RESOURCE_EXHAUSTED");
        assertThat(rest.json().at("/error/details/0/reason").asText()).isEqualTo("RATE_LIMITED");
        assertThat(jsonRpc.status()).isEqualTo(429);
        assertThat(jsonRpc.json().at("/error/code").asInt()).isEqualTo(-31028);
        assertThat(EdgeFixture.send(other, edge.get("/v1/agents")).status()).isEqualTo(200);
        assertThat(edge.audit.refusals)
                .isNotEmpty()
                .allMatch(note -> note.refusal() == Refusal.RATE_LIMITED
                        && note.tenant().orElseThrow().value().equals("acme"));
    }

    @Test
    void aConnectionTooManyIsNotServed() throws Exception {
        edge.policies.put("gamma", "{'quotas':{'connections':1}}");
        HttpClient first = edge.agent("gamma", "first");
        assertThat(EdgeFixture.send(first, edge.get("/v1/agents")).status()).isEqualTo(200);

        // Cut after the handshake; a request that is faster than the cut is told why.
        try {
            EdgeFixture.Answer answer = EdgeFixture.send(
                    edge.agent("gamma", "second"),
                    edge.request("/v1/agents")
                            .GET()
                            .timeout(Duration.ofSeconds(3))
                            .build());
            assertThat(answer.status()).isEqualTo(429);
            assertThat(answer.json().at("/error/details/0/reason").asText()).isEqualTo("QUOTA_EXCEEDED");
        } catch (IOException e) {
            assertThat(e).isNotInstanceOf(HttpTimeoutException.class);
        }

        assertThat(EdgeFixture.send(first, edge.get("/v1/agents")).status()).isEqualTo(200);
        assertThat(edge.audit.refusals).anyMatch(note -> note.refusal() == Refusal.QUOTA_EXCEEDED);
        assertThat(EdgeFixture.send(edge.agent("beta", "first"), edge.get("/v1/agents"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void operatorsAreNotLimited() throws Exception {
        edge.policies.put("acme", SLOW);
        HttpClient operator = edge.operator();

        for (int i = 0; i < 10 * BURST; i++) {
            assertThat(EdgeFixture.send(operator, edge.get("/v1/agents?tenant=acme"))
                            .status())
                    .isEqualTo(200);
        }
    }
}
