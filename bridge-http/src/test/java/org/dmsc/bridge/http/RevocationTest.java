package org.dmsc.bridge.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.RevocationKind;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.revocation.RevocationKey;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Revocation at the HTTP edge: real TLS, real sockets, clients of the JDK. */
final class RevocationTest {

    private static final String MESSAGE =
            "{\"message\":{\"messageId\":\"m-1\",\"role\":\"ROLE_USER\",\"parts\":[{\"text\":\"x\"}]}}";

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

    /** HTTP/1.1 on a socket of the JDK, to see exactly when it ends. */
    private static final class Raw implements AutoCloseable {

        private final SSLSocket socket;

        Raw(SSLContext context) throws IOException {
            socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", edge.edge.port());
            socket.setSoTimeout(30_000);
        }

        /** The status line, or nothing when the connection has ended. */
        String get() {
            try {
                socket.getOutputStream()
                        .write("GET /v1/agents HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                String head = head();
                int length = Integer.parseInt(head.replaceAll("(?is).*content-length: *(\\d+).*", "$1")
                        .trim());
                socket.getInputStream().readNBytes(length);
                return head.substring(0, head.indexOf('\r'));
            } catch (SocketTimeoutException e) {
                throw new AssertionError("neither an answer nor an end", e);
            } catch (IOException e) {
                return "";
            }
        }

        private String head() throws IOException {
            ByteArrayOutputStream head = new ByteArrayOutputStream();
            while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
                int next = socket.getInputStream().read();
                if (next < 0) {
                    throw new IOException("ended");
                }
                head.write(next);
            }
            return head.toString(StandardCharsets.US_ASCII);
        }

        /** Waits for the other side to end it; fails when it does not. */
        void awaitEnd() {
            try {
                while (socket.getInputStream().read() >= 0) {
                    // What was on its way.
                }
            } catch (SocketTimeoutException e) {
                throw new AssertionError("the connection survived", e);
            } catch (IOException e) {
                // Reset: ended, too.
            }
        }

        /** Not served, and ended; whether the request was answered before that is a race of no interest. */
        void awaitRefusal(String status) {
            assertThat(get()).matches("|HTTP/1.1 " + status + ".*");
            awaitEnd();
        }

        long sessionMadeAt() {
            return socket.getSession().getCreationTime();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static SSLContext tls(IssuedIdentity identity) {
        return edge.identities.ssl(Optional.of(identity));
    }

    private static void awaitAudited(Refusal refusal) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (edge.audit.refusals.stream().noneMatch(note -> note.refusal() == refusal)) {
            assertThat(System.nanoTime()).as("not audited: " + refusal).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    @Test
    @DisplayName("case 11: HTTP/1.1, HTTP/2 and an event stream are cut, and as many as are counted")
    void cutsEveryKindOfConnection() throws Exception {
        IssuedIdentity eve = edge.identities.agent("acme", "eve");
        IssuedIdentity bob = edge.identities.agent("acme", "bob");
        HttpClient two = edge.identities.client(Optional.of(eve), HttpClient.Version.HTTP_2);
        try (Raw one = new Raw(tls(eve));
                Raw other = new Raw(tls(bob))) {
            assertThat(one.get()).startsWith("HTTP/1.1 200");
            assertThat(other.get()).startsWith("HTTP/1.1 200");
            HttpResponse<InputStream> stream =
                    two.send(edge.post("/message:stream", MESSAGE), HttpResponse.BodyHandlers.ofInputStream());
            assertThat(stream.version()).isEqualTo(HttpClient.Version.HTTP_2);
            FakeExchange.FakeTask task = edge.exchange.asked.poll(60, TimeUnit.SECONDS);
            CompletableFuture<Void> streamEnded = CompletableFuture.runAsync(() -> drain(stream.body()));

            assertThat(edge.identities.revoke("acme", "eve")).isEqualTo(2);

            one.awaitEnd();
            streamEnded.get(30, TimeUnit.SECONDS);
            assertThat(task.released.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(other.get()).as("somebody else").startsWith("HTTP/1.1 200");
        }
    }

    private static void drain(InputStream body) {
        try {
            body.readAllBytes();
        } catch (IOException e) {
            // Cut.
        }
    }

    @Test
    @DisplayName("cases 10 and 12: revoked before it connects, anew or with a resumed session: refused, audited")
    void refusesWhoIsRevokedAlsoOnResumedSessions() throws Exception {
        IssuedIdentity eve = edge.identities.agent("acme", "resumer");
        SSLContext context = tls(eve);
        long first;
        try (Raw raw = new Raw(context)) {
            assertThat(raw.get()).startsWith("HTTP/1.1 200");
            first = raw.sessionMadeAt();
        }
        TimeUnit.MILLISECONDS.sleep(2);
        try (Raw raw = new Raw(context)) {
            assertThat(raw.get()).startsWith("HTTP/1.1 200");
            assertThat(raw.sessionMadeAt())
                    .as("resumed, or this test shows nothing")
                    .isEqualTo(first);
        }
        edge.audit.refusals.clear();

        edge.identities.revoke("acme", "resumer");

        try (Raw resumed = new Raw(context);
                Raw anew = new Raw(tls(eve))) {
            resumed.awaitRefusal("401");
            awaitAudited(Refusal.REVOKED);
            anew.awaitRefusal("401");
        }
    }

    @Test
    @DisplayName("case 16: a new certificate of an agent works when only the old one was revoked")
    void letsInTheNewCertificate() throws Exception {
        IssuedIdentity old = edge.identities.agent("beta", "renewed");
        IssuedIdentity fresh = edge.identities.agent("beta", "renewed");

        edge.identities.revoke(RevocationKey.publicKey(old.chain().get(0)));

        try (Raw before = new Raw(tls(old));
                Raw after = new Raw(tls(fresh))) {
            before.awaitRefusal("401");
            assertThat(after.get()).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    @DisplayName("case 61: a token is refused as soon as it is revoked, though its check is cached")
    void refusesARevokedTokenThatWasSeenBefore() throws Exception {
        String token = edge.identities.token("acme", "tokened");
        String neighbour = edge.identities.token("acme", "tokened");
        String jti = A2aJson.parse(Base64.getUrlDecoder().decode(token.split("\\.")[1]))
                .path("jti")
                .asText();
        assertThat(ask(token).status()).isEqualTo(200);
        assertThat(ask(token).status()).isEqualTo(200);

        edge.identities.revoke(RevocationKey.ofIssuer(RevocationKind.JTI, new TenantId("acme"), jti));

        EdgeFixture.Answer refused = ask(token);
        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.json().at("/error/details/0/reason").asText()).isEqualTo("REVOKED");
        assertThat(ask(neighbour).status()).isEqualTo(200);
        awaitAudited(Refusal.REVOKED);
    }

    private static EdgeFixture.Answer ask(String token) throws Exception {
        HttpRequest request = edge.request("/v1/agents")
                .header("Authorization", "Bearer " + token)
                .build();
        return EdgeFixture.send(edge.nobody(), request);
    }

    @Test
    @DisplayName(
            "case 14: deaf to revocations, the edge admits nobody new; who is there stays for the grace; then it heals")
    void admitsNobodyWhileItIsDeaf() throws Exception {
        try (Raw before = new Raw(tls(edge.identities.agent("acme", "early")))) {
            assertThat(before.get()).startsWith("HTTP/1.1 200");
            edge.identities.age.set(Duration.ofSeconds(3));
            try (Raw late = new Raw(tls(edge.identities.agent("acme", "late")))) {
                late.awaitRefusal("503");
                awaitAudited(Refusal.REVOCATIONS_STALE);
            }
            assertThat(ask(edge.identities.token("acme", "late")).status()).isEqualTo(503);
            assertThat(before.get()).startsWith("HTTP/1.1 200");

            edge.identities.age.set(Duration.ofSeconds(31));
            edge.identities.connections.sweep();
            before.awaitEnd();
        } finally {
            edge.identities.age.set(Duration.ZERO);
        }
        try (Raw again = new Raw(tls(edge.identities.agent("acme", "late")))) {
            assertThat(again.get()).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    @DisplayName("case 17: a connection ends with its certificate, not before")
    void endsWithItsCertificate() throws Exception {
        IssuedIdentity brief = edge.identities.agent("acme", "brief", Duration.ofSeconds(3));
        ScheduledExecutorService sweeping = Executors.newSingleThreadScheduledExecutor();
        try (Raw raw = new Raw(tls(brief))) {
            assertThat(raw.get()).startsWith("HTTP/1.1 200");
            var unused = sweeping.scheduleWithFixedDelay(
                    edge.identities.connections::sweep, 100, 100, TimeUnit.MILLISECONDS);

            raw.awaitEnd();

            assertThat(edge.identities.clock.instant())
                    .isAfterOrEqualTo(brief.chain().get(0).getNotAfter().toInstant());
        } finally {
            sweeping.shutdownNow();
        }
    }

    @Test
    @DisplayName("case 13: a revocation races the handshake, 40 times: no connection survives")
    void noConnectionSurvivesARace() throws Exception {
        race(40);
    }

    @Test
    @Tag("long")
    @DisplayName("case 13: the same 10,000 times")
    void noConnectionSurvivesManyRaces() throws Exception {
        race(10_000);
    }

    private static void race(int trials) throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            for (int i = 0; i < trials; i++) {
                String name = "racer-" + trials + "-" + i;
                SSLContext context = tls(edge.identities.agent("gamma", name));
                int delay = i % 20;
                Future<?> connecting = threads.submit(() -> {
                    try (Raw raw = new Raw(context)) {
                        raw.get();
                        raw.awaitEnd();
                    }
                    return null;
                });
                // Into every phase of the handshake, which takes some milliseconds.
                TimeUnit.MILLISECONDS.sleep(delay);
                edge.identities.revoke("gamma", name);
                connecting.get(60, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
