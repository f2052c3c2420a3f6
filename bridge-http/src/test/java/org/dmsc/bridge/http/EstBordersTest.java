package org.dmsc.bridge.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.dmsc.bridge.http.EdgeFixture.Answer;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.tenant.enrol.EnrolmentClient;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.revocation.Revocation;
import org.dmsc.tenant.revocation.RevocationKey;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who gets no certificate although its own is, or was, a good one. */
final class EstBordersTest {

    private static final String ENROL = "/.well-known/est/simpleenroll";
    private static final String RENEW = "/.well-known/est/simplereenroll";

    private static final int STATUS_LINE = "HTTP/1.1 200".length();

    @TempDir
    static Path dir;

    static EdgeFixture edge;

    private final String request = EnrolmentClient.request(new SecureRandom()).body();

    @BeforeAll
    static void start() {
        edge = new EdgeFixture(dir);
    }

    @AfterAll
    static void stop() {
        edge.close();
    }

    @Test
    @DisplayName("case 21: re-enrolment with a certificate that is revoked -> 403, and then no connection at all")
    void renewsNobodyWhoIsRevoked() throws Exception {
        IssuedIdentity stolen = edge.identities.agent("acme", "stolen");
        HttpClient thief = edge.identities.client(Optional.of(stolen), HttpClient.Version.HTTP_1_1);
        assertThat(EdgeFixture.send(thief, renewal()).status()).isEqualTo(200);

        // The gateway has heard of it, and has not cut the connection yet.
        edge.identities.revocations.apply(news(stolen));
        Answer refused = EdgeFixture.send(thief, renewal());
        edge.identities.revoke(RevocationKey.publicKey(stolen.leaf()));

        assertThat(refused.status()).isEqualTo(403);
        assertThat(edge.audit.refusals).anyMatch(note -> note.sentence().startsWith("revoked by SPKI"));
        assertThat(CompletableFuture.supplyAsync(
                        () -> status(edge.identities.client(Optional.of(stolen), HttpClient.Version.HTTP_1_1))))
                .succeedsWithin(Duration.ofSeconds(60))
                .isIn(0, 403);
    }

    @Test
    @DisplayName("case 21: revoked while its renewal is under way -> 403, and the new certificate goes nowhere")
    void handsOutNothingToWhoWasRevokedMeanwhile() throws Exception {
        IssuedIdentity stolen = edge.identities.agent("acme", "quick");
        HttpClient thief = edge.identities.client(Optional.of(stolen), HttpClient.Version.HTTP_1_1);
        edge.audit.onEvent(event -> {
            if (event.getKind() == AuditKind.IDENTITY_ISSUED) {
                edge.identities.revocations.apply(news(stolen));
            }
        });

        Answer refused = EdgeFixture.send(thief, renewal());
        edge.audit.onEvent(event -> {});

        assertThat(refused.status()).isEqualTo(403);
    }

    @Test
    @DisplayName("case 21: renews at its own tenant's host and label, at another's -> 403")
    void renewsAtItsOwnHostOnly() throws Exception {
        assertThat(renewedAt("acme.fabric.localhost", RENEW)).startsWith("HTTP/1.1 200");
        assertThat(renewedAt("est.acme.fabric.localhost", RENEW)).startsWith("HTTP/1.1 200");
        assertThat(renewedAt("localhost", "/.well-known/est/acme/simplereenroll"))
                .startsWith("HTTP/1.1 200");
        assertThat(renewedAt("beta.fabric.localhost", RENEW)).startsWith("HTTP/1.1 403");
        assertThat(renewedAt("est.beta.fabric.localhost", RENEW)).startsWith("HTTP/1.1 403");
        assertThat(renewedAt("platform.fabric.localhost", RENEW)).startsWith("HTTP/1.1 403");
        assertThat(renewedAt("localhost", "/.well-known/est/beta/simplereenroll"))
                .startsWith("HTTP/1.1 403");
    }

    @Test
    @DisplayName("a tenant's network rules hold for enrolment and renewal; the token stays good")
    void obeysNetworkRules() throws Exception {
        String token = edge.enrolment.invite("gamma", "outsider");
        edge.policies.put("gamma", "{'network':{'sources':['10.0.0.0/8']}}");

        Answer renewed = EdgeFixture.send(edge.agent("gamma", "insider"), renewal());
        Answer enrolled = EdgeFixture.send(edge.nobody(), enrolment(token));
        edge.policies.put("gamma", "{'network':{'sources':['127.0.0.0/8']}}");
        Answer later = EdgeFixture.send(edge.nobody(), enrolment(token));

        assertThat(renewed.status()).isEqualTo(403);
        assertThat(enrolled.status()).isEqualTo(403);
        assertThat(edge.audit.refusals).anyMatch(note -> note.refusal() == Refusal.SOURCE_FORBIDDEN);
        assertThat(later.status()).isEqualTo(200);
    }

    private static Revocation news(IssuedIdentity stolen) {
        return new Revocation(
                RevocationKey.publicKey(stolen.leaf()),
                Revocation.ALWAYS,
                "r",
                "",
                "spiffe://test/x",
                edge.identities.clock.instant(),
                edge.identities.revocations.generation() + 1);
    }

    private HttpRequest renewal() {
        return post(RENEW).build();
    }

    private HttpRequest enrolment(String token) {
        String basic = Base64.getEncoder().encodeToString(("outsider:" + token).getBytes(StandardCharsets.UTF_8));
        return post(ENROL).header("Authorization", "Basic " + basic).build();
    }

    private HttpRequest.Builder post(String path) {
        return HttpRequest.newBuilder(edge.uri(path))
                .timeout(Duration.ofSeconds(60))
                .header("Content-Type", "application/pkcs10")
                .POST(HttpRequest.BodyPublishers.ofString(request));
    }

    /** 0 when there was no connection. */
    private int status(HttpClient client) {
        try {
            return EdgeFixture.send(client, renewal()).status();
        } catch (java.io.IOException e) {
            return 0;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As an agent of acme, with a host that the JDK's client would not send. */
    private String renewedAt(String host, String path) throws Exception {
        try (SSLSocket socket = (SSLSocket) edge.identities
                .ssl(Optional.of(edge.identities.agent("acme", "hosted")))
                .getSocketFactory()
                .createSocket("127.0.0.1", edge.edge.port())) {
            socket.setSoTimeout(60_000);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(host)));
            socket.setSSLParameters(parameters);
            socket.getOutputStream()
                    .write(("POST " + path + " HTTP/1.1\r\nHost: " + host
                                    + "\r\nConnection: close\r\nContent-Type: application/pkcs10\r\nContent-Length: "
                                    + request.length() + "\r\n\r\n" + request)
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readNBytes(STATUS_LINE), StandardCharsets.US_ASCII);
        }
    }
}
