package org.dmsc.bridge.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.net.ssl.SSLSocket;
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
    private static final int FLOOD = 400;
    private static final int TRIALS = Integer.getInteger("dmsc.trials", 5);
    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: ([0-9]+)");
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

        // Cut after the handshake; a request that is faster than the cut is told why. Which of the two it is, is
        // chance.
        for (int i = 0; i < TRIALS; i++) {
            notServed(edge.agent("gamma", "second"));
        }

        assertThat(EdgeFixture.send(first, edge.get("/v1/agents")).status()).isEqualTo(200);
        assertThat(edge.audit.refusals).anyMatch(note -> note.refusal() == Refusal.QUOTA_EXCEEDED);
        assertThat(EdgeFixture.send(edge.agent("beta", "first"), edge.get("/v1/agents"))
                        .status())
                .isEqualTo(200);
    }

    private static void notServed(HttpClient client) throws InterruptedException {
        try {
            EdgeFixture.Answer answer = EdgeFixture.send(
                    client,
                    edge.request("/v1/agents")
                            .GET()
                            .timeout(Duration.ofSeconds(3))
                            .build());
            assertThat(answer.status()).isEqualTo(429);
            assertThat(answer.json().at("/error/details/0/reason").asText()).isEqualTo("QUOTA_EXCEEDED");
        } catch (IOException e) {
            assertThat(e).isNotInstanceOf(HttpTimeoutException.class);
        }
    }

    /** The body is announced and never sent: an answer can only have been given without it. */
    @Test
    void isRefusedBeforeItsBodyIsReadAndItsConnectionGoesOn() throws Exception {
        edge.policies.put("acme", "{'quotas':{'requests-per-second':1,'burst':1}}");
        try (SSLSocket socket = connect("acme", "eager")) {
            String ask = "GET /v1/agents HTTP/1.1\r\nHost: localhost:" + edge.edge.port() + "\r\n\r\n";
            assertThat(exchanged(socket, ask)).isEqualTo("HTTP/1.1 200 OK");
            String post = "POST /message:send HTTP/1.1\r\nHost: localhost:" + edge.edge.port()
                    + "\r\nA2A-Version: 1.0\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\n";

            assertThat(exchanged(socket, post)).startsWith("HTTP/1.1 429");

            assertThat(exchanged(socket, "{  }" + ask)).startsWith("HTTP/1.1 429");
        }
        assertThat(edge.exchange.asked).isEmpty();
    }

    private SSLSocket connect(String tenant, String agent) throws IOException {
        SSLSocket socket = (SSLSocket) edge.identities
                .ssl(Optional.of(edge.identities.agent(tenant, agent)))
                .getSocketFactory()
                .createSocket("localhost", edge.edge.port());
        socket.setSoTimeout(10_000);
        return socket;
    }

    /** Status line of the answer, which is read to its end. */
    private static String exchanged(SSLSocket socket, String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        InputStream in = socket.getInputStream();
        String head = "";
        while (!head.endsWith("\r\n\r\n")) {
            int next = in.read();
            assertThat(next)
                    .as("an answer and no end of the connection after: %s", head)
                    .isNotNegative();
            head += (char) next;
        }
        Matcher length = LENGTH.matcher(head);
        assertThat(length.find()).as(head).isTrue();
        in.readNBytes(Integer.parseInt(length.group(1)));
        return head.lines().findFirst().orElseThrow();
    }

    @Test
    void eachRequestOfAFloodIsAnsweredAndItsConnectionGoesOn() {
        edge.policies.put("acme", SLOW);
        HttpClient flooder = edge.agent("acme", "flooder");
        List<CompletableFuture<HttpResponse<String>>> flood = IntStream.range(0, FLOOD)
                .mapToObj(i -> flooder.sendAsync(edge.get("/v1/agents"), HttpResponse.BodyHandlers.ofString()))
                .toList();

        List<HttpResponse<String>> answers =
                flood.stream().map(CompletableFuture::join).toList();

        assertThat(answers).allMatch(answer -> answer.statusCode() == 429 || answer.statusCode() == 200);
        assertThat(answers.stream().filter(answer -> answer.statusCode() == 429))
                .hasSizeGreaterThan(FLOOD / 2)
                .allMatch(answer -> answer.headers().firstValue("retry-after").isPresent());
        edge.policies.put("acme", "{}");
        assertThat(flooder.sendAsync(edge.get("/v1/agents"), HttpResponse.BodyHandlers.ofString())
                        .join()
                        .statusCode())
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
