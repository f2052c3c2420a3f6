package org.dmsc.bridge.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The listener's certificate is exchanged while requests are answered. */
@Timeout(300)
final class RotationTest {

    @TempDir
    Path dir;

    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicBoolean done = new AtomicBoolean();

    @Test
    @DisplayName(
            "case 23: the listener's certificate renewed 5 times under load: no failed request, standing connections stay")
    void renewsUnderLoad() throws Exception {
        rotate(5);
    }

    @Test
    @Tag("long")
    @DisplayName("case 23: the listener's certificate renewed 200 times under load: no failed request")
    void renewsTwoHundredTimesUnderLoad() throws Exception {
        rotate(200);
    }

    private void rotate(int times) throws Exception {
        try (EdgeFixture edge = new EdgeFixture(dir)) {
            SSLContext device = edge.identities.ssl(Optional.of(edge.identities.agent("acme", "steady")));
            HttpClient steady = edge.agent("acme", "steady");
            IssuedIdentity fresh = edge.identities.agent("beta", "fresh");
            try (SSLSocket standing = connected(device, edge)) {
                X509Certificate first = shown(standing);
                List<CompletableFuture<Void>> load = List.of(
                        CompletableFuture.runAsync(() -> ask(edge, () -> steady)),
                        CompletableFuture.runAsync(() -> ask(
                                edge, () -> edge.identities.client(Optional.of(fresh), HttpClient.Version.HTTP_1_1))));
                for (int i = 0; i < times; i++) {
                    int before = asked.get();
                    edge.gateway.set(edge.identities.gateway());
                    try (SSLSocket next = connected(device, edge)) {
                        assertThat(shown(next))
                                .isEqualTo(edge.gateway.get().leaf())
                                .isNotEqualTo(first);
                    }
                    while (asked.get() < before + 4 && failures.isEmpty()) {
                        Thread.onSpinWait();
                    }
                }
                done.set(true);
                CompletableFuture.allOf(load.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
                standing.getOutputStream()
                        .write(("GET /live HTTP/1.1\r\nHost: localhost:" + edge.edge.port() + "\r\n\r\n").getBytes());
                assertThat(new String(standing.getInputStream().readNBytes(15))).isEqualTo("HTTP/1.1 200 OK");
            }
            assertThat(failures).isEmpty();
            System.out.println("listener's certificate: " + times + " renewals, " + asked + " requests, 0 failed");
        }
    }

    /** Clients that are made anew make a connection for each request. */
    private void ask(EdgeFixture edge, java.util.function.Supplier<HttpClient> client) {
        while (!done.get()) {
            try {
                EdgeFixture.Answer answer = EdgeFixture.send(client.get(), edge.get("/v1/agents"));
                if (answer.status() != 200) {
                    failures.add("HTTP " + answer.status() + " " + answer.json());
                }
            } catch (Exception e) {
                failures.add(e.toString());
                return;
            }
            asked.incrementAndGet();
        }
    }

    private static SSLSocket connected(SSLContext tls, EdgeFixture edge) throws Exception {
        SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket("localhost", edge.edge.port());
        socket.setSoTimeout(10_000);
        socket.startHandshake();
        return socket;
    }

    private static X509Certificate shown(SSLSocket socket) throws Exception {
        return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }
}
