package org.dmsc.bridge.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.dmsc.schemas.Refusal;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who gets in, and how. */
final class EdgeIdentityTest {

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

    @Test
    void showsTheCardAndHealthToEverybody() throws Exception {
        for (HttpClient.Version version : HttpClient.Version.values()) {
            HttpClient nobody = edge.identities.client(Optional.empty(), version);

            EdgeFixture.Answer card = EdgeFixture.send(nobody, edge.get("/.well-known/agent-card.json"));

            assertThat(card.status()).isEqualTo(200);
            assertThat(card.response().version()).isEqualTo(version);
            assertThat(card.response().sslSession().orElseThrow().getProtocol()).isEqualTo("TLSv1.3");
            assertThat(card.json()
                            .path("supportedInterfaces")
                            .path(0)
                            .path("url")
                            .asText())
                    .isEqualTo(edge.uri("/a2a").toString());
            assertThat(EdgeFixture.send(nobody, edge.get("/live")).status()).isEqualTo(200);
        }
    }

    @Test
    void saysWhyItIsNotReady() throws Exception {
        edge.ready.set(false);

        EdgeFixture.Answer answer = EdgeFixture.send(edge.nobody(), edge.get("/ready"));

        edge.ready.set(true);
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.json().path("condition").asText()).contains("lanes");
    }

    @Test
    void answersAConditionalRequestForTheCard() throws Exception {
        String tag = EdgeFixture.send(edge.nobody(), edge.get("/.well-known/agent-card.json"))
                .header("etag");

        HttpRequest again = edge.request("/.well-known/agent-card.json")
                .header("If-None-Match", tag)
                .build();

        assertThat(EdgeFixture.send(edge.nobody(), again).status()).isEqualTo(304);
    }

    @Test
    void refusesEverythingElseToNobodyAndAuditsIt() throws Exception {
        for (String path : List.of("/v1/agents", "/tasks/x", "/metrics", "/v1/status", "/nothing")) {
            EdgeFixture.Answer answer = EdgeFixture.send(edge.nobody(), edge.get(path));

            assertThat(answer.status()).as(path).isEqualTo(401);
            assertThat(answer.header("www-authenticate")).isEqualTo("Bearer");
        }
        assertThat(edge.audit.refusals)
                .anyMatch(note -> note.refusal() == Refusal.UNAUTHENTICATED
                        && note.actor().startsWith("anonymous@127.0.0.1"));
    }

    @Test
    void acceptsACertificateOrATokenOverBothVersionsOfHttp() throws Exception {
        for (HttpClient.Version version : HttpClient.Version.values()) {
            HttpClient certified = edge.identities.client(Optional.of(edge.identities.agent("acme", "a")), version);
            HttpRequest tokened = edge.request("/v1/agents")
                    .header("Authorization", "Bearer " + edge.identities.token("acme", "a"))
                    .build();

            assertThat(EdgeFixture.send(certified, edge.get("/v1/agents")).status())
                    .isEqualTo(200);
            assertThat(EdgeFixture.send(edge.identities.client(Optional.empty(), version), tokened)
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void refusesATokenThatNamesAnotherThanTheCertificate() throws Exception {
        HttpRequest request = edge.request("/v1/agents")
                .header("Authorization", "Bearer " + edge.identities.token("beta", "b"))
                .build();

        EdgeFixture.Answer answer = EdgeFixture.send(edge.agent("acme", "a"), request);

        assertThat(answer.status()).isEqualTo(421);
        assertThat(answer.json()
                        .path("error")
                        .path("details")
                        .path(0)
                        .path("reason")
                        .asText())
                .isEqualTo("IDENTITY_MISMATCH");
    }

    @Test
    void refusesABrokenToken() throws Exception {
        for (String value : List.of("Bearer x.y.z", "Basic YTpi", "Bearer")) {
            HttpRequest request =
                    edge.request("/v1/agents").header("Authorization", value).build();

            assertThat(EdgeFixture.send(edge.nobody(), request).status())
                    .as(value)
                    .isEqualTo(401);
        }
    }

    @Test
    @Tag("case-57")
    @DisplayName("case 57: a token of 9 KiB is not even read")
    void refusesAHugeToken() throws Exception {
        HttpRequest request = edge.request("/v1/agents")
                .header("Authorization", "Bearer " + "a".repeat(9 * 1024))
                .build();

        assertThat(EdgeFixture.send(edge.nobody(), request).status()).isEqualTo(431);
    }

    @Test
    void refusesAHostOfAnotherTenant() throws Exception {
        assertThat(raw("acme.fabric.localhost", "beta.fabric.localhost")).startsWith("HTTP/1.1 421");
        assertThat(raw("beta.fabric.localhost", "beta.fabric.localhost")).startsWith("HTTP/1.1 421");
        assertThat(raw("acme.fabric.localhost", "acme.fabric.localhost")).startsWith("HTTP/1.1 200");
    }

    @Test
    void asksWhoItIsWithEachRequestOfAConnection() throws Exception {
        HttpClient client = edge.agent("gamma", "g");
        assertThat(EdgeFixture.send(client, edge.get("/v1/agents")).status()).isEqualTo(200);

        edge.identities.suspend("gamma");

        assertThat(EdgeFixture.send(client, edge.get("/v1/agents")).status()).isEqualTo(403);
        assertThat(EdgeFixture.send(edge.agent("gamma", "g"), edge.get("/v1/agents"))
                        .status())
                .isEqualTo(403);
    }

    @Test
    void doesNotWaitForABodyForEver() throws Exception {
        Path own = Files.createDirectories(dir.resolve("impatient"));
        try (EdgeFixture impatient = new EdgeFixture(own, Duration.ofMillis(500))) {
            String answer = rawRequest(
                    impatient,
                    "localhost",
                    "POST /a2a HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 10\r\n"
                            + "Connection: close\r\n\r\n{");

            assertThat(answer).startsWith("HTTP/1.1 503").contains("did not arrive");
        }
    }

    @Test
    void refusesRequestsThatCouldBeReadInTwoWays() throws Exception {
        String head = "POST /a2a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";

        assertThat(rawRequest(head + "Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde"))
                .startsWith("HTTP/1.1 400");
        assertThat(rawRequest(head + "Content-Length: -1\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(rawRequest("GET /v1/agents HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 400");
    }

    private static String raw(String sni, String host) throws Exception {
        return rawRequest(sni, "GET /v1/agents HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
    }

    private static String rawRequest(String request) throws Exception {
        return rawRequest("localhost", request);
    }

    private static String rawRequest(String sni, String request) throws Exception {
        return rawRequest(edge, sni, request);
    }

    private static String rawRequest(EdgeFixture edge, String sni, String request) throws Exception {
        try (SSLSocket socket = (SSLSocket) edge.identities
                .ssl(Optional.of(edge.identities.agent("acme", "a")))
                .getSocketFactory()
                .createSocket("127.0.0.1", edge.edge.port())) {
            socket.setSoTimeout(60_000);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(sni)));
            socket.setSSLParameters(parameters);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
