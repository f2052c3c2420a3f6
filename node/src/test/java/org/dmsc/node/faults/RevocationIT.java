package org.dmsc.node.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.dmsc.node.testing.Answer;
import org.dmsc.node.testing.Credentials;
import org.dmsc.node.testing.FabricExtension;
import org.dmsc.node.testing.HttpAgent;
import org.dmsc.node.testing.Participant;
import org.dmsc.node.testing.TestFabric;
import org.dmsc.tenant.pki.Pem;
import org.dmsc.tenant.pki.RevocationLists;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Revocation with two gateways on one broker: the shared fabric's, and one that joins it. */
@ExtendWith(FabricExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(240)
final class RevocationIT {

    private static final String TENANT = "revocations";

    private TestFabric fabric;
    private TestFabric second;

    @BeforeAll
    void join(TestFabric shared) {
        fabric = shared;
        fabric.createTenant(TENANT);
        second = TestFabric.start(Map.of(
                "node",
                "second",
                "roles",
                "http",
                "keys",
                fabric.description().keys(),
                "kafka.bootstrap",
                fabric.description().bootstrap()));
    }

    @AfterAll
    void leave() {
        second.close();
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private Answer revoke(String agent) {
        return fabric.operator()
                .post(
                        "/v1/revocations",
                        json("{\"agent\":\"" + TENANT + "/" + agent + "\",\"reason\":\"stolen\",\"wait\":true}"));
    }

    private static boolean isRefused(Participant participant) {
        try {
            return participant.get("/v1/agents").status() == 401;
        } catch (UncheckedIOException e) {
            return true;
        }
    }

    @Test
    @DisplayName("cases 10, 11, 16: every gateway refuses, cuts, acknowledges; it is audited; a new certificate works")
    void everyGatewayObeys() {
        Credentials stolen = fabric.addAgent(TENANT, "eve");
        Participant here = fabric.as(stolen);
        Participant there = second.as(stolen);
        assertThat(here.get("/v1/agents").status()).isEqualTo(200);
        assertThat(there.get("/v1/agents").status()).isEqualTo(200);

        Answer revoked = revoke("eve");

        assertThat(revoked.status()).as("%s", revoked).isEqualTo(200);
        assertThat(revoked.body().path("missing")).isEmpty();
        assertThat(revoked.body().path("gateways").findValuesAsText("gateway")).containsExactly("second", "test");
        assertThat(revoked.body().path("gateways").findValuesAsText("cut")).containsExactly("1", "1");
        assertThat(isRefused(here)).isTrue();
        assertThat(isRefused(there)).isTrue();
        assertThat(isRefused(fabric.as(stolen))).isTrue();
        assertThat(isRefused(second.as(stolen))).isTrue();
        TestFabric.await(
                "audit",
                () -> fabric.operator()
                        .get("/v1/audit?tenant=" + TENANT)
                        .body()
                        .toString()
                        .contains("CONNECTIONS_CUT"));
        assertThat(fabric.operator().get("/v1/audit?tenant=" + TENANT).body().toString())
                .contains("REVOKED")
                .contains("stolen");
        // Issued in the second of the revocation, it would count as before it.
        TestFabric.await("a new certificate", () -> !isRefused(second.as(fabric.addAgent(TENANT, "eve"))));
    }

    @Test
    @DisplayName("a certificate that is revoked by its number is on the CRL of its CA, at every gateway")
    void aRevokedSerialIsOnTheList() throws Exception {
        List<X509Certificate> chain =
                Pem.certificates(fabric.addAgent(TENANT, "listed").certificatePem());
        X509Certificate leaf = chain.get(0);
        X509Certificate ca = chain.get(1);
        String issuer = RevocationLists.name(ca);
        assertThat(list(fabric, issuer).getRevokedCertificate(leaf.getSerialNumber()))
                .isNull();

        Answer revoked = fabric.operator()
                .post(
                        "/v1/revocations",
                        json("{\"serial\":\"" + leaf.getSerialNumber().toString(16) + "\",\"issuer\":\"" + issuer
                                + "\",\"reason\":\"lost\",\"wait\":true}"));

        assertThat(revoked.status()).as("%s", revoked).isEqualTo(200);
        for (TestFabric gateway : List.of(fabric, second)) {
            X509CRL list = list(gateway, issuer);
            list.verify(ca.getPublicKey());
            assertThat(list.getRevokedCertificate(leaf.getSerialNumber())).isNotNull();
        }
    }

    private static X509CRL list(TestFabric gateway, String issuer) throws Exception {
        HttpClient anybody = HttpClient.newBuilder()
                .sslContext(gateway.operatorCredentials().anonymousTls())
                .build();
        HttpRequest request = HttpRequest.newBuilder(URI.create(gateway.httpUrl() + "/crl/" + issuer + ".crl"))
                .build();
        byte[] der =
                anybody.send(request, HttpResponse.BodyHandlers.ofByteArray()).body();
        return (X509CRL) CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(der));
    }

    @Test
    void anAgentMayNotRevoke() {
        Participant alice = fabric.as(fabric.addAgent(TENANT, "alice"));

        Answer answer = alice.post("/v1/revocations", json("{\"tenant\":\"" + TENANT + "\"}"));

        assertThat(answer.status()).isEqualTo(403);
    }

    @Test
    @DisplayName("case 11: a revoked agent leaves the registry, and its work is given to another")
    void aRevokedAgentLosesItsWork() throws Exception {
        CountDownLatch hangs = new CountDownLatch(1);
        Credentials stolen = fabric.addAgent(TENANT, "thief");
        try (HttpAgent thief = register(stolen, "thief", text -> {
            await(hangs);
            return "too late";
        })) {
            Participant caller = fabric.as(fabric.addAgent(TENANT, "caller"));
            CompletableFuture<Answer> asked = CompletableFuture.supplyAsync(
                    () -> caller.post("/message:send", Participant.ask("sort my stamps")));
            TestFabric.await("the thief has the task", () -> !thief.received().isEmpty());
            try (HttpAgent honest = register(fabric.addAgent(TENANT, "honest"), "honest", text -> "sorted")) {
                TestFabric.await("both are registered", () -> agents().contains("honest"));

                assertThat(revoke("thief").status()).isEqualTo(200);

                Answer answer = asked.get(120, TimeUnit.SECONDS);
                assertThat(answer.text()).as("%s", answer).contains("sorted");
                assertThat(honest.received()).isNotEmpty();
                TestFabric.await("the thief is gone", () -> !agents().contains("thief"));
            }
        } finally {
            hangs.countDown();
        }
    }

    private String agents() {
        return fabric.operator()
                .get("/v1/config/tenants/" + TENANT + "/agents")
                .body()
                .toString();
    }

    private HttpAgent register(Credentials credentials, String name, UnaryOperator<String> work) {
        HttpAgent agent = HttpAgent.start(credentials, work);
        return fabric.register(
                credentials, name, agent, agent.card(name, "stamps", "Sorts stamps of collectors", "stamps"));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
