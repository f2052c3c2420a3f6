package org.dmsc.bridge.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.dmsc.bridge.http.EdgeFixture.Answer;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.tenant.directory.CapabilityIndex;
import org.dmsc.tenant.enrol.EnrolmentClient;
import org.dmsc.tenant.enrol.EnrolmentClient.KeyAndRequest;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.pki.RevocationLists;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** EST on real sockets. */
final class EstTest {

    private static final String ENROL = "/.well-known/est/simpleenroll";
    private static final String RENEW = "/.well-known/est/simplereenroll";

    @TempDir
    static Path dir;

    static EdgeFixture edge;

    private final KeyAndRequest made = EnrolmentClient.request(new SecureRandom());

    @BeforeAll
    static void start() {
        edge = new EdgeFixture(dir);
    }

    @AfterAll
    static void stop() {
        edge.close();
    }

    @Test
    void showsTheCasOfTheTenantThatTheLabelNamesInOneLineOfBase64() throws Exception {
        Answer acme = EdgeFixture.send(edge.nobody(), edge.get("/.well-known/est/acme/cacerts"));
        Answer none = EdgeFixture.send(edge.nobody(), edge.get("/.well-known/est/cacerts"));
        Answer unknown = EdgeFixture.send(edge.nobody(), edge.get("/.well-known/est/nobody/cacerts"));

        assertThat(acme.status()).isEqualTo(200);
        assertThat(acme.header("content-type")).startsWith("application/pkcs7-mime");
        assertThat(acme.body()).doesNotContain('\r', '\n');
        assertThat(Base64.getDecoder().decode(acme.body())[1])
                .as("DER has a definite length")
                .isNotEqualTo((byte) 0x80);
        assertThat(certificates(acme)).containsExactlyInAnyOrder(edge.identities.pki.root(), edge.enrolment.ca("acme"));
        assertThat(certificates(none))
                .containsExactlyInAnyOrder(edge.identities.pki.root(), edge.identities.pki.platformCa());
        assertThat(unknown.body()).as("a tenant that is not there").isEqualTo(none.body());
        assertThat(EdgeFixture.send(edge.nobody(), edge.get("/.well-known/est/csrattrs"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    @DisplayName("case 22: enrols with a one-time token, renews with the certificate; both audited")
    void enrolsAndRenews() throws Exception {
        String token = edge.enrolment.invite("acme", "billing");

        Answer enrolled = EdgeFixture.send(edge.nobody(), post(ENROL, "billing", token, made.body()));
        X509Certificate leaf = certificates(enrolled).get(0);
        HttpClient itself = client(new IssuedIdentity(made.key(), List.of(leaf)));
        KeyAndRequest next = EnrolmentClient.request(new SecureRandom());
        Answer renewed = EdgeFixture.send(itself, post(RENEW, next.body()));
        X509Certificate second = certificates(renewed).get(0);

        assertThat(certificates(enrolled)).hasSize(1);
        assertThat(enrolled.header("content-type")).isEqualTo("application/pkcs7-mime; smime-type=certs-only");
        assertThat(edge.identities.peers.validate(List.of(leaf)))
                .isEqualTo(SpiffeId.agent(edge.identities.domain, AgentRef.of("acme", "billing")));
        assertThat(second.getSubjectAlternativeNames()).containsExactlyElementsOf(leaf.getSubjectAlternativeNames());
        assertThat(second.getPublicKey()).isNotEqualTo(leaf.getPublicKey());
        assertThat(second.getNotAfter()).isAfterOrEqualTo(leaf.getNotAfter());
        assertThat(edge.audit.events)
                .filteredOn(event -> event.getKind() == AuditKind.IDENTITY_ISSUED)
                .extracting(event -> event.getDetails().get("serial"))
                .contains(
                        leaf.getSerialNumber().toString(16),
                        second.getSerialNumber().toString(16));
        assertThat(edge.audit.events)
                .filteredOn(event -> event.getKind() == AuditKind.IDENTITY_INVITED)
                .extracting(AuditEvent::getObject)
                .contains(SpiffeId.agent(edge.identities.domain, AgentRef.of("acme", "billing"))
                        .uri());
    }

    @Test
    void aNodeEnrolsForTheNamesItWasInvitedWith() throws Exception {
        SpiffeId router = SpiffeId.node(edge.identities.domain, "router", "r2");
        String token = edge.enrolment.invite(router);

        X509Certificate leaf = certificates(
                        EdgeFixture.send(edge.nobody(), post(ENROL, "router/r2", token, made.body())))
                .get(0);

        assertThat(edge.identities.peers.validate(List.of(leaf))).isEqualTo(router);
        assertThat(leaf.getSubjectAlternativeNames()).contains(List.of(2, "node.example.org"), List.of(7, "10.1.2.3"));
    }

    @Test
    @DisplayName("case 19: without, with a wrong, a used, another's token -> 401 without a body")
    void refusesWhoShowsNoGoodToken() throws Exception {
        String token = edge.enrolment.invite("acme", "support");
        Answer none = EdgeFixture.send(edge.nobody(), post(ENROL, made.body()));
        Answer wrong = EdgeFixture.send(edge.nobody(), post(ENROL, "support", "wrong", made.body()));
        Answer other = EdgeFixture.send(
                edge.nobody(), post("/.well-known/est/beta/simpleenroll", "support", token, made.body()));
        Answer good = EdgeFixture.send(edge.nobody(), post(ENROL, "support", token, made.body()));
        Answer again = EdgeFixture.send(edge.nobody(), post(ENROL, "support", token, made.body()));

        for (Answer refused : List.of(none, wrong, other, again)) {
            assertThat(refused.status()).isEqualTo(401);
            assertThat(refused.body()).isEmpty();
            assertThat(refused.header("www-authenticate")).startsWith("Basic ");
        }
        assertThat(good.status()).isEqualTo(200);
        assertThat(edge.audit.refusals).anyMatch(note -> note.sentence().contains("was used already"));
    }

    @Test
    @DisplayName(
            "case 20: a request that is too large, not base64, not a request, of another type -> 413, 400; token stays good")
    void refusesBadRequestsWithoutUsingUpTheToken() throws Exception {
        String token = edge.enrolment.invite("acme", "careful");
        String large = "A".repeat(1024 * 1024);

        assertThat(EdgeFixture.send(edge.nobody(), post(ENROL, "careful", token, large))
                        .status())
                .isEqualTo(413);
        assertThat(EdgeFixture.send(edge.nobody(), post(ENROL, "careful", token, "A".repeat(24 * 1024)))
                        .status())
                .isEqualTo(413);
        assertThat(EdgeFixture.send(edge.nobody(), post(ENROL, "careful", token, "%%"))
                        .status())
                .isEqualTo(400);
        assertThat(EdgeFixture.send(edge.nobody(), post(ENROL, "careful", token, "MIAwgA=="))
                        .status())
                .isEqualTo(400);
        HttpRequest json = HttpRequest.newBuilder(
                        post(ENROL, "careful", token, made.body()),
                        (name, value) -> !name.equalsIgnoreCase("Content-Type"))
                .header("Content-Type", "application/json")
                .build();
        assertThat(EdgeFixture.send(edge.nobody(), json).status()).isEqualTo(400);

        String broken = made.body().replaceAll("(.{64})", "$1\r\n");
        assertThat(EdgeFixture.send(edge.nobody(), post(ENROL, "careful", token, broken))
                        .status())
                .isEqualTo(200);
    }

    @Test
    @DisplayName("case 21: re-enrolment without, with an operator's, with another tenant's certificate -> 403")
    void renewsNobodyElse() throws Exception {
        HttpClient beta = edge.agent("beta", "billing");
        KeyAndRequest asAcme = made;

        assertThat(EdgeFixture.send(edge.nobody(), post(RENEW, made.body())).status())
                .isEqualTo(403);
        assertThat(EdgeFixture.send(edge.operator(), post(RENEW, made.body())).status())
                .isEqualTo(403);
        X509Certificate renewed =
                certificates(EdgeFixture.send(beta, post(RENEW, asAcme.body()))).get(0);
        assertThat(edge.identities.peers.validate(List.of(renewed)).trustDomain())
                .startsWith("beta.");
        edge.identities.suspend("gamma");
        assertThat(EdgeFixture.send(edge.agent("gamma", "x"), post(RENEW, made.body()))
                        .status())
                .isEqualTo(403);
    }

    @Test
    @DisplayName("case 24: CA key file unreadable -> issuance 503, the token stays good, the data path goes on")
    void aDamagedKeyFileStopsIssuingOnly() throws Exception {
        HttpClient agent = edge.agent("beta", "steady");
        String token = edge.enrolment.invite("beta", "patient");
        Path file = dir.resolve("pki/tenants/beta.p12");
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, "no key store".getBytes(StandardCharsets.US_ASCII));

        Answer refused = EdgeFixture.send(edge.nobody(), post(ENROL, "patient", token, made.body()));
        Answer served = EdgeFixture.send(agent, edge.get("/v1/agents"));
        Files.write(file, whole);
        Answer enrolled = EdgeFixture.send(edge.nobody(), post(ENROL, "patient", token, made.body()));

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.header("retry-after")).isNotEmpty();
        assertThat(new String(refused.body(), StandardCharsets.UTF_8)).doesNotContain(file.toString());
        assertThat(served.status()).isEqualTo(200);
        assertThat(enrolled.status()).isEqualTo(200);
    }

    @Test
    void refusesAKeyThatAnotherTenantUses() throws Exception {
        String first = edge.enrolment.invite("acme", "keyed");
        String second = edge.enrolment.invite("beta", "keyed");

        assertThat(EdgeFixture.send(edge.nobody(), post(ENROL, "keyed", first, made.body()))
                        .status())
                .isEqualTo(200);
        assertThat(EdgeFixture.send(edge.nobody(), post(ENROL, "keyed", second, made.body()))
                        .status())
                .isEqualTo(403);
    }

    @Test
    void knowsNoOtherOperation() throws Exception {
        for (String path : List.of("fullcmc", "serverkeygen", "acme/x/cacerts", "", "../cacerts")) {
            assertThat(EdgeFixture.send(edge.nobody(), edge.get("/.well-known/est/" + path))
                            .status())
                    .isIn(400, 404);
        }
    }

    @Test
    void servesTheRevocationListOfEachCa() throws Exception {
        X509Certificate ca = edge.enrolment.ca("acme");

        Answer list = EdgeFixture.send(edge.nobody(), edge.get("/crl/" + RevocationLists.name(ca) + ".crl"));
        Answer none = EdgeFixture.send(edge.nobody(), edge.get("/crl/" + "0".repeat(64) + ".crl"));

        X509CRL crl =
                (X509CRL) CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(list.body()));
        crl.verify(ca.getPublicKey());
        assertThat(crl.getRevokedCertificate(EnrolmentFixture.REVOKED)).isNotNull();
        assertThat(crl.getNextUpdate()).isAfter(crl.getThisUpdate());
        assertThat(list.header("content-type")).isEqualTo("application/pkix-crl");
        assertThat(none.status()).isEqualTo(404);
    }

    @Test
    void theOperatorsPageInvites() throws Exception {
        Answer made = EdgeFixture.send(
                edge.operator(), edge.post("/v1/config/tenants/acme/agents/invited/invitations", "{}"));
        Answer agents = EdgeFixture.send(
                edge.agent("acme", "x"), edge.post("/v1/config/tenants/acme/agents/invited/invitations", "{}"));
        Answer operators =
                EdgeFixture.send(edge.operator(), edge.post("/v1/config/nodes/operator/evil/invitations", "{}"));

        assertThat(made.status()).isEqualTo(201);
        assertThat(agents.status()).isEqualTo(403);
        assertThat(operators.status()).isEqualTo(400);
        assertThat(EdgeFixture.send(
                                edge.nobody(),
                                post(ENROL, "invited", made.json().path("token").asText(), this.made.body()))
                        .status())
                .isEqualTo(200);
    }

    @Test
    @DisplayName("case 17: a connection ends with its certificate")
    void aConnectionEndsWithItsCertificate() throws Exception {
        IssuedIdentity brief = edge.identities.pki.issueAgent(AgentRef.of("acme", "brief"), Duration.ofSeconds(3));
        SSLContext tls = edge.identities.ssl(Optional.of(brief));
        try (SSLSocket socket =
                (SSLSocket) tls.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), edge.edge.port())) {
            // Well below the edge's own patience with quiet connections.
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write("GET /v1/agents HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);

            assertThat(all).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void thePortForOldClientsSpeaksTls12AndNothingButEst() throws Exception {
        try (EstListener listener = new EstListener(
                edge.parts(new CapabilityIndex(), edge.settings(0)), new InetSocketAddress("127.0.0.1", 0))) {
            listener.start();
            HttpClient old = HttpClient.newBuilder()
                    .sslContext(edge.identities.ssl(Optional.empty()))
                    .sslParameters(new javax.net.ssl.SSLParameters(null, new String[] {"TLSv1.2"}))
                    .build();
            URI base = URI.create("https://localhost:" + listener.port());

            Answer authorities = EdgeFixture.send(
                    old,
                    HttpRequest.newBuilder(base.resolve("/.well-known/est/cacerts"))
                            .build());
            Answer card = EdgeFixture.send(
                    old,
                    HttpRequest.newBuilder(base.resolve("/.well-known/agent-card.json"))
                            .build());

            assertThat(authorities.status()).isEqualTo(200);
            assertThat(authorities.response().sslSession().orElseThrow().getProtocol())
                    .isEqualTo("TLSv1.2");
            assertThat(authorities.response().sslSession().orElseThrow().getCipherSuite())
                    .contains("ECDHE", "GCM");
            assertThat(card.status()).isEqualTo(404);
        }
    }

    private HttpClient client(IssuedIdentity identity) {
        return edge.identities.client(Optional.of(identity), HttpClient.Version.HTTP_1_1);
    }

    private static HttpRequest post(String path, String body) {
        return request(path, body).build();
    }

    private static HttpRequest post(String path, String user, String token, String body) {
        String basic = Base64.getEncoder().encodeToString((user + ":" + token).getBytes(StandardCharsets.UTF_8));
        return request(path, body).header("Authorization", "Basic " + basic).build();
    }

    private static HttpRequest.Builder request(String path, String body) {
        return HttpRequest.newBuilder(edge.uri(path))
                .timeout(Duration.ofSeconds(60))
                .header("Content-Type", "application/pkcs10")
                .POST(HttpRequest.BodyPublishers.ofString(body));
    }

    private static List<X509Certificate> certificates(Answer answer) {
        assertThat(answer.status())
                .as(new String(answer.body(), StandardCharsets.UTF_8))
                .isEqualTo(200);
        return EnrolmentClient.certificates(new String(answer.body(), StandardCharsets.US_ASCII));
    }
}
