package org.dmsc.bridge.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import org.dmsc.bridge.core.a2a.ErrorProfile;
import org.dmsc.schemas.avro.TaskStateName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Cases 25 to 32 and 36 to 39 of security.md, byte by byte over real TLS. 33 and 35 are {@code PolicyAtTheEdgeTest}'s (webhooks are case 78), 34
 * and 35 {@code ProfileRequesterTest}'s at the MQTT edge, 40 is {@code StreamsTest}'s.
 */
final class HostileHttpTest {

    private static final Duration SHORT = Duration.ofMillis(500);
    private static final int PROTOCOL_ERROR = 1;
    private static final int ENHANCE_YOUR_CALM = 11;
    private static final String HEAD =
            "POST /a2a HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nA2A-Version: 1.0\r\n";
    private static final String EMPTY = "Content-Length: 2\r\n\r\n{}";
    private static final String CHUNKED = "Transfer-Encoding: chunked\r\n\r\n";

    @TempDir
    static Path dir;

    static EdgeFixture edge;
    static SSLContext tls;
    static HttpClient http1;

    @BeforeAll
    static void start() {
        edge = new EdgeFixture(
                dir,
                Duration.ofSeconds(1),
                ErrorProfile.V1_0_1,
                new Manners(SHORT, SHORT, Duration.ZERO, Set.of("https://app.example.org")));
        tls = edge.identities.ssl(Optional.of(edge.identities.agent("acme", "a")));
        http1 = edge.identities.client(Optional.of(edge.identities.agent("acme", "a")), HttpClient.Version.HTTP_1_1);
    }

    @AfterAll
    static void stop() {
        edge.close();
    }

    @ParameterizedTest
    @Tag("case-25")
    @DisplayName(
            "case 25: whatever two servers could take for different requests is refused, and the connection closed")
    @ValueSource(
            strings = {
                "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
                "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
                "Content-Length: 3, 3\r\n\r\nabc",
                "Content-Length: +3\r\n\r\nabc",
                "Content-Length: -1\r\n\r\nabc",
                "X-A : b\r\n" + EMPTY,
                "X-A: b\nContent-Length: 2\r\n\r\n{}",
                "X-A: b\rX-B: c\r\n" + EMPTY,
                "X-A: b\0c\r\n" + EMPTY,
                CHUNKED + "0x3\r\nabc\r\n0\r\n\r\n",
                CHUNKED + "-1\r\nabc\r\n0\r\n\r\n",
                CHUNKED + "2;a\nb\r\n{}\r\n0\r\n\r\n"
            })
    void refusesTwoReadings(String rest) throws IOException {
        assertThat(one(HEAD + rest)).startsWith("HTTP/1.1 400 ").doesNotEndWith("OPEN");
    }

    @Test
    @Tag("case-25")
    @DisplayName("case 25: HTTP/1.0 has no transfer encoding")
    void refusesAnEncodingOfHttp10() throws IOException {
        assertThat(one(HEAD.replace("1.1\r\n", "1.0\r\n") + CHUNKED + "0\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ")
                .doesNotEndWith("OPEN");
    }

    @ParameterizedTest
    @Tag("case-26")
    @DisplayName("case 26: a transfer encoding beside chunked is not implemented, and the connection closed")
    @ValueSource(strings = {"xchunked", "gzip, chunked", "chunked, chunked", "identity"})
    void knowsOneTransferEncoding(String encoding) throws IOException {
        assertThat(one(HEAD + "Transfer-Encoding: " + encoding + "\r\n\r\n2\r\n{}\r\n0\r\n\r\n"))
                .startsWith("HTTP/1.1 501 ")
                .doesNotEndWith("OPEN");
    }

    @ParameterizedTest
    @Tag("case-27")
    @DisplayName("case 27: a header on several lines is refused, also in the second request of a connection")
    @ValueSource(strings = {" ", "\t"})
    void refusesFoldedHeaders(String fold) throws IOException {
        String folded = HEAD + "X-Tenant: acme\r\n" + fold + "beta\r\n" + EMPTY;

        assertThat(one(folded)).startsWith("HTTP/1.1 400 ").doesNotEndWith("OPEN");
        try (RawConnection connection = RawConnection.http1(tls, edge.edge.port())) {
            connection.send(HEAD + EMPTY);
            assertThat(connection.until("dmsc.org\"}]}}")).startsWith("HTTP/1.1 200 ");
            connection.send(folded);
            assertThat(connection.rest()).startsWith("HTTP/1.1 400 ").doesNotEndWith("OPEN");
        }
    }

    @Test
    @Tag("case-28")
    @DisplayName("case 28: exactly one Host, and it is the one that was dialled")
    void wantsOneHost() throws IOException {
        assertThat(one(HEAD.replace("Host: localhost\r\n", "") + EMPTY)).startsWith("HTTP/1.1 400 ");
        assertThat(begun(HEAD + "Host: other\r\n" + EMPTY)).startsWith("HTTP/1.1 400 ");
        assertThat(one(HEAD.replace("/a2a", "https://beta.fabric.localhost/a2a") + EMPTY))
                .startsWith("HTTP/1.1 400 ");
    }

    @Test
    @Tag("case-29")
    @DisplayName("case 29: many or large headers are refused, and an underscore makes no other header")
    void boundsHeaders() throws Exception {
        assertThat(one(HEAD + "X-A: " + "b".repeat(17_000) + "\r\n" + EMPTY)).startsWith("HTTP/1.1 431 ");
        assertThat(begun(HEAD + "X-A: b\r\n".repeat(200) + EMPTY)).contains("HEADER_TOO_LARGE");
        assertThat(one(HEAD.replace("/a2a", "/a2a?" + "x".repeat(9_000)) + EMPTY))
                .startsWith("HTTP/1.1 414 ");
        HttpRequest twins = edge.request("/v1/agents")
                .header("dmsc_tenant", "beta")
                .header("x_tenant", "beta")
                .GET()
                .build();
        assertThat(EdgeFixture.send(http1, twins).status()).isEqualTo(200);
    }

    @Test
    @Tag("case-30")
    @DisplayName("case 30: HTTP/2 with headers of HTTP/1, bad names or bad pseudo headers is a stream error")
    void refusesHeadersThatHttp2DoesNotHave() throws IOException {
        Map<String, String> bad = Map.of(
                "connection",
                "close",
                "transfer-encoding",
                "chunked",
                "te",
                "gzip",
                "a\r\nb",
                "x",
                "a:b",
                "x",
                ":path",
                "/other",
                ":unknown",
                "x");
        for (Map.Entry<String, String> header : bad.entrySet()) {
            assertThat(two(headers(header.getKey(), header.getValue())))
                    .as(header.getKey())
                    .isEqualTo("RST " + PROTOCOL_ERROR);
        }
    }

    @Test
    @Tag("case-30")
    @DisplayName("case 30: a name in upper case is no other name")
    void takesNamesForWhatTheyAre() throws IOException {
        // Armeria lowers it before anybody compares; what counts is that it cannot pass for something else.
        assertThat(two(headers("DMSC-Tenant", "beta"))).isEqualTo("END {\"agents\":[]}");
    }

    @Test
    @Tag("case-31")
    @DisplayName("case 31: no control character in a value or a path, and no second host; in gRPC neither")
    void refusesWhatWouldBreakALineElsewhere() throws IOException {
        assertThat(two(headers("x", "a\r\nb: c"))).isEqualTo("RST " + PROTOCOL_ERROR);
        assertThat(two(headers("x", "a\0b"))).isEqualTo("RST " + PROTOCOL_ERROR);
        assertThat(two(RawConnection.headers(
                        ":method", "GET", ":scheme", "https", ":authority", "localhost", ":path", "/a\r\nb: c")))
                .isEqualTo("RST " + PROTOCOL_ERROR);
        assertThat(two(headers("host", "beta.fabric.localhost"))).contains("INVALID_REQUEST");
        assertThat(two(RawConnection.headers(
                        ":method",
                        "POST",
                        ":scheme",
                        "https",
                        ":authority",
                        "localhost",
                        ":path",
                        "/lf.a2a.v1.A2AService/GetTask",
                        "content-type",
                        "application/grpc",
                        "te",
                        "trailers",
                        "x",
                        "a\r\nb")))
                .isEqualTo("RST " + PROTOCOL_ERROR);
    }

    @Test
    @Tag("case-32")
    @DisplayName("case 32: another tenant's host on a connection is misdirected, and the connection's tenant stays")
    void neverSwitchesTheTenantOfAConnection() throws IOException {
        try (RawConnection connection = RawConnection.http2(tls, edge.edge.port())) {
            connection.request(1, agentsAt("beta.fabric.localhost"));
            assertThat(connection.outcome(1)).contains("421").contains("IDENTITY_MISMATCH");
            connection.request(3, agentsAt("acme.fabric.localhost"));
            assertThat(connection.outcome(3)).isEqualTo("END {\"agents\":[]}");
        }
    }

    @Test
    @Tag("case-36")
    @DisplayName("case 36: a handshake, a head or a body that does not come to its end is closed")
    void waitsForNobodyForLong() throws Exception {
        try (Socket silent = new Socket("localhost", edge.edge.port())) {
            silent.setSoTimeout(20_000);
            assertThat(silent.getInputStream().read()).isNegative();
        }
        try (RawConnection drip = RawConnection.http1(tls, edge.edge.port())) {
            drip.send("POST /a2a HTTP/1.1\r\nHost: loc");
            assertThat(drip.rest()).startsWith("HTTP/1.1 408 ").doesNotEndWith("OPEN");
        }
        try (RawConnection body = RawConnection.http1(tls, edge.edge.port())) {
            body.send(HEAD + "Content-Length: 200\r\n\r\n{");
            assertThat(body.rest()).startsWith("HTTP/1.1 503 ").doesNotEndWith("OPEN");
        }
    }

    @Test
    @Tag("case-36")
    @DisplayName("case 36: in HTTP/2 a body that does not come to its end costs the other requests nothing")
    void endsOneStreamOfMany() throws Exception {
        byte[] post = RawConnection.headers(
                ":method", "POST", ":scheme", "https", ":authority", "localhost", ":path", "/message:send");
        try (RawConnection connection = RawConnection.http2(tls, edge.edge.port())) {
            connection.frame(RawConnection.HEADERS, RawConnection.END_HEADERS, 1, post);
            assertThat(connection.outcome(1)).contains("UNAVAILABLE");
            connection.request(3, headers());
            assertThat(connection.outcome(3)).isEqualTo("END {\"agents\":[]}");
        }
    }

    @Test
    @Tag("case-36")
    @DisplayName("case 36: a reader that does not read is cut before it costs memory, and nobody waits for it")
    void cutsAReaderThatDoesNotRead() throws Exception {
        CompletableFuture<FakeExchange.FakeTask> begun = new CompletableFuture<>();
        edge.exchange.onAsk(begun::complete);
        String body = "{\"message\":{\"messageId\":\"m\",\"role\":\"ROLE_USER\",\"parts\":[{\"text\":\"x\"}]}}";
        try (RawConnection lazy = RawConnection.http2(tls, edge.edge.port())) {
            lazy.post(1, "/message:stream", body);
            FakeExchange.FakeTask task = begun.join();
            String big = "x".repeat(1024 * 1024);
            for (int i = 0; i < 20; i++) {
                task.artifact(big + i);
            }

            assertThat(lazy.outcome(1)).isNotEqualTo("OPEN").doesNotContain("id: event-19");
            assertThat(task.released.await(20, java.util.concurrent.TimeUnit.SECONDS))
                    .isTrue();
            task.end(TaskStateName.COMPLETED, "done");
        } finally {
            edge.exchange.clear();
        }
    }

    @Test
    @Tag("case-37")
    @DisplayName("case 37: rapid resets, endless continuations and floods of pings end the connection")
    void endsFloods() throws IOException {
        try (RawConnection resets = RawConnection.http2(tls, edge.edge.port())) {
            assertThat(flooded(resets, i -> {
                        resets.request(2 * i + 1, headers());
                        resets.frame(RawConnection.RST_STREAM, 0, 2 * i + 1, new byte[] {0, 0, 0, 8});
                    }))
                    .isEqualTo("GOAWAY " + ENHANCE_YOUR_CALM);
        }
        try (RawConnection continuing = RawConnection.http2(tls, edge.edge.port())) {
            continuing.frame(RawConnection.HEADERS, 0, 1, headers());
            assertThat(flooded(continuing, i -> continuing.frame(RawConnection.CONTINUATION, 0, 1, new byte[0])))
                    .startsWith("GOAWAY");
        }
        try (RawConnection pings = RawConnection.http2(tls, edge.edge.port())) {
            assertThat(flooded(pings, i -> pings.frame(RawConnection.PING, 0, 0, new byte[8])))
                    .isIn("GOAWAY " + ENHANCE_YOUR_CALM, "CLOSED");
        }
        try (RawConnection bomb = RawConnection.http2(tls, edge.edge.port())) {
            bomb.request(1, headers("x", "b".repeat(40_000)));
            assertThat(bomb.outcome(1)).doesNotContain("agents").isNotEqualTo("OPEN");
        }
    }

    @Test
    @DisplayName("who is refused before the body was read gets the answer, and no reset while sending the rest")
    void letsTheRefusedFinish() throws IOException {
        byte[] unwanted = RawConnection.headers(
                ":method", "POST", ":scheme", "https", ":authority", "localhost", ":path", "/message:send");
        try (RawConnection connection = RawConnection.http2(edge.identities.ssl(Optional.empty()), edge.edge.port())) {
            connection.frame(RawConnection.HEADERS, RawConnection.END_HEADERS, 1, unwanted);
            assertThat(connection.outcome(1)).startsWith("END ").contains("UNAUTHENTICATED");
            connection.frame(RawConnection.DATA, RawConnection.END_STREAM, 1, new byte[100]);
            connection.frame(RawConnection.PING, 0, 0, new byte[8]);

            assertThat(connection.until(RawConnection.PING))
                    .noneMatch(frame -> frame.type() == RawConnection.RST_STREAM);
        }
    }

    private interface Wave {
        void send(int i) throws IOException;
    }

    /** Sends until the other side does not take it any more, without reading meanwhile. */
    private static String flooded(RawConnection connection, Wave wave) throws IOException {
        try {
            for (int i = 0; i < 60_000; i++) {
                wave.send(i);
            }
        } catch (IOException e) {
            // It closed: why is still to be read, unless the reset of the connection took that, too.
        }
        return connection.outcome(-1);
    }

    @Test
    @Tag("case-38")
    @DisplayName("case 38: what is small and would become large is refused, and so are depth and long numbers")
    void unpacksNothing() throws Exception {
        HttpRequest packed = edge.request("/a2a")
                .header("Content-Encoding", "gzip")
                .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[] {31, -117, 8, 0}))
                .build();
        assertThat(EdgeFixture.send(http1, packed)
                        .json()
                        .path("error")
                        .path("code")
                        .asInt())
                .isEqualTo(-32700);
        for (String hostile : new String[] {"[".repeat(30_000), "{\"a\":" + "9".repeat(30_000) + "}"}) {
            assertThat(EdgeFixture.send(http1, edge.post("/message:send", hostile))
                            .status())
                    .isEqualTo(400);
        }
    }

    @Test
    @Tag("case-39")
    @DisplayName("case 39: one byte over the limit is too much, the limit itself is not")
    void measuresBodies() throws Exception {
        String open = "{\"message\":{\"messageId\":\"m\",\"role\":\"ROLE_USER\",\"parts\":[{\"text\":\"";
        String close = "\"}]},\"configuration\":{\"returnImmediately\":true}}";
        String filled = open + "x".repeat(EdgeFixture.MOST_BODY - open.length() - close.length()) + close;

        assertThat(EdgeFixture.send(http1, edge.post("/message:send", filled)).status())
                .isEqualTo(200);
        assertThat(EdgeFixture.send(http1, edge.post("/message:send", filled + " "))
                        .status())
                .isEqualTo(413);
    }

    @Test
    @DisplayName("pages of named origins may call, by token; others may not")
    void letsNamedOriginsIn() throws Exception {
        for (String origin : new String[] {"https://app.example.org", "https://evil.example.org"}) {
            HttpRequest preflight = HttpRequest.newBuilder(edge.uri("/message:send"))
                    .header("Origin", origin)
                    .header("Access-Control-Request-Method", "POST")
                    .header("Access-Control-Request-Headers", "authorization,a2a-version")
                    .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                    .build();
            EdgeFixture.Answer allowed = EdgeFixture.send(edge.nobody(), preflight);
            EdgeFixture.Answer called = EdgeFixture.send(
                    http1,
                    edge.request("/v1/agents").header("Origin", origin).GET().build());

            boolean named = origin.contains("app");
            assertThat(allowed.header("access-control-allow-origin")).isEqualTo(named ? origin : "");
            assertThat(called.header("access-control-allow-origin")).isEqualTo(named ? origin : "");
            assertThat(called.header("access-control-allow-credentials")).isEmpty();
        }
    }

    private static byte[] headers(String... more) {
        return joined(agents("localhost"), more);
    }

    private static byte[] agentsAt(String host) {
        return joined(agents(host));
    }

    private static String[] agents(String host) {
        return new String[] {
            ":method", "GET", ":scheme", "https", ":authority", host, ":path", "/v1/agents", "a2a-version", "1.0"
        };
    }

    private static byte[] joined(String[] first, String... more) {
        String[] all = new String[first.length + more.length];
        System.arraycopy(first, 0, all, 0, first.length);
        System.arraycopy(more, 0, all, first.length, more.length);
        return RawConnection.headers(all);
    }

    private static String two(byte[] headers) throws IOException {
        try (RawConnection connection = RawConnection.http2(tls, edge.edge.port())) {
            connection.request(1, headers);
            return connection.outcome(1);
        }
    }

    private static String one(String request) throws IOException {
        try (RawConnection connection = RawConnection.http1(tls, edge.edge.port())) {
            connection.send(request);
            return connection.rest();
        }
    }

    /** The same of an answer after which the connection stays. */
    private static String begun(String request) throws IOException {
        try (RawConnection connection = RawConnection.http1(tls, edge.edge.port())) {
            connection.send(request);
            return connection.until("dmsc.org");
        }
    }
}
