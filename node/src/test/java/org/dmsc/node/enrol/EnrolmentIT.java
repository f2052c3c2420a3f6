package org.dmsc.node.enrol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dmsc.node.cli.CommandLineFactory;
import org.dmsc.node.testing.Answer;
import org.dmsc.node.testing.Credentials;
import org.dmsc.node.testing.FabricExtension;
import org.dmsc.node.testing.Participant;
import org.dmsc.node.testing.TestFabric;
import org.dmsc.tenant.pki.Pem;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Enrolment with stock clients, and rotation of a tenant's CA under load. */
@ExtendWith(FabricExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(900)
final class EnrolmentIT {

    private static final String TENANT = "enrolling";

    @TempDir
    static Path folder;

    private TestFabric fabric;

    @BeforeAll
    void tenant(TestFabric shared) throws IOException {
        fabric = shared;
        fabric.createTenant(TENANT);
        Files.writeString(folder.resolve("ca.pem"), fabric.operatorCredentials().caPem());
    }

    @Test
    @DisplayName("case 22: the README's commands for curl and openssl work as printed")
    void theReadmesCommands() throws Exception {
        assumeTrue(isThere("curl") && isThere("openssl"), "curl and openssl are not installed");
        String commands = readmeCommands()
                .replace("https://localhost:8443", fabric.httpUrl())
                .replace("https://acme.fabric.localhost:8443", fabric.httpUrl());

        run(commands, Map.of("TOKEN", token("courier")));

        X509Certificate leaf = certificate(folder.resolve("courier.pem"));
        assertThat(names(leaf)).contains("spiffe://" + TENANT + ".fabric.localhost/agent/courier");
    }

    @Test
    @DisplayName("case 22: strongSwan enrols and renews, on the EST port with TLS 1.2 and on the edge with 1.3")
    void strongSwan() throws Exception {
        assumeTrue(isThere("pki"), "strongSwan's pki is not installed (apt-get install strongswan-pki)");
        for (String at : List.of("https://localhost:" + fabric.description().estPort(), fabric.httpUrl())) {
            String version = at.equals(fabric.httpUrl()) ? "1.3" : "1.2";
            run("""
                    echo "libtls { version_max = $VERSION }" > strongswan.conf
                    export STRONGSWAN_CONF=$PWD/strongswan.conf
                    pki --estca --url $AT --cacert ca.pem --outform pem --force --caout swan-ca.pem
                    pki --gen --type ecdsa --size 256 --outform pem > swan.key
                    pki --req --in swan.key --type ecdsa --dn "O=any" --outform der > swan.csr
                    pki --est --url $AT --cacert ca.pem --userpass swan:$TOKEN --in swan.csr --outform pem > swan.pem
                    pki --gen --type ecdsa --size 256 --outform pem > swan2.key
                    pki --req --in swan2.key --type ecdsa --dn "O=any" --outform der > swan2.csr
                    pki --est --url $AT --cacert ca.pem --cacert swan-ca-1.pem --cert swan.pem --key swan.key --in swan2.csr --outform pem > swan2.pem
                    """, Map.of("AT", at, "TOKEN", token("swan"), "VERSION", version));

            assertThat(names(certificate(folder.resolve("swan2.pem"))))
                    .contains("spiffe://" + TENANT + ".fabric.localhost/agent/swan");
        }
    }

    @Test
    void aNodeIsInvitedAndEnrolsByTheCommandLine() throws Exception {
        Credentials enrolled = enrolledNode("router/r-9");
        Answer status = fabric.as(enrolled).get("/v1/status");

        assertThat(names(certificate(folder.resolve("router/r-9/agent.cert.pem"))))
                .contains("spiffe://platform.fabric.localhost/router/r-9");
        assertThat(status.status()).as("%s", status).isEqualTo(200);
    }

    @Test
    @DisplayName("case 23: the platform's CA rotated -> nodes and operators of both CAs are served, new ones enrol")
    void rotatesThePlatform() throws Exception {
        Credentials before = enrolledNode("router/r-old");

        int code = CommandLineFactory.make()
                .execute(
                        "cert",
                        "rotate-ca",
                        "--platform",
                        "--data",
                        fabric.folder().toString());
        Credentials after = enrolledNode("router/r-new");

        assertThat(code).isZero();
        X509Certificate oldCa = Pem.certificates(before.certificatePem()).get(1);
        X509Certificate newCa = Pem.certificates(after.certificatePem()).get(1);
        assertThat(newCa.getSerialNumber()).isNotEqualTo(oldCa.getSerialNumber());
        assertThat(fabric.as(before).get("/v1/status").status()).isEqualTo(200);
        assertThat(fabric.as(after).get("/v1/status").status()).isEqualTo(200);
        assertThat(fabric.operator().get("/v1/config/tenants").status())
                .as("the operator's certificate is of the old CA")
                .isEqualTo(200);
        // Made with a connection to Kafka of its own, and by a gateway whose certificate is of the old CA.
        fabric.createTenant("after-rotation");
    }

    private Credentials enrolledNode(String node) throws IOException {
        JsonNode invited = fabric.operator()
                .post("/v1/config/nodes/" + node + "/invitations", Participant.JSON.createObjectNode())
                .body();
        Path out = folder.resolve(node);
        int code = CommandLineFactory.make()
                .execute(
                        "node",
                        "enrol",
                        node,
                        "--est",
                        invited.path("est").asText(),
                        "--ca",
                        folder.resolve("ca.pem").toString(),
                        "--token",
                        invited.path("token").asText(),
                        "--out",
                        out.toString());
        assertThat(code).isZero();
        return Credentials.of(out);
    }

    @Test
    @DisplayName(
            "case 23: CA of the tenant, its root keys, token key, CA and the platform's CA rotated under load -> no error")
    void rotatesUnderLoad() throws Exception {
        rotate(KINDS.size());
    }

    @Test
    @Tag("long")
    @DisplayName("case 23: 200 rotations of CAs and keys under load -> no error")
    void rotatesTwoHundredTimesUnderLoad() throws Exception {
        rotate(200);
    }

    /** What is rotated in turns; {@code *} stands for the tenant. */
    private static final List<String> KINDS = List.of(
            "*/ca-rotations",
            "*/keys/payload/rotate",
            "*/keys/routing/rotate",
            "*/token-keys",
            "*/ca-rotations",
            "platform/ca-rotations");

    /** Two agents ask all the time, one with its first certificate, one with the newest. */
    private void rotate(int times) throws Exception {
        Credentials first = fabric.addAgent(TENANT, "steady");
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger asked = new AtomicInteger();
        ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
        Participant old = fabric.as(first);
        CompletableFuture<Void> load = CompletableFuture.runAsync(() -> {
            while (!done.get()) {
                note(old.get("/v1/agents"), failures);
                note(fabric.as(fabric.addAgent(TENANT, "fresh")).get("/v1/agents"), failures);
                asked.addAndGet(2);
            }
        });
        for (int i = 0; i < times; i++) {
            String kind = KINDS.get(i % KINDS.size());
            Answer rotated = fabric.operator()
                    .post("/v1/config/" + kind.replace("*", "tenants/" + TENANT), Participant.JSON.createObjectNode());
            assertThat(rotated.status() / 100).as("%s: %s", kind, rotated).isEqualTo(2);
        }
        done.set(true);
        load.get(60, TimeUnit.SECONDS);

        assertThat(failures).isEmpty();
        assertThat(asked.get()).isGreaterThan(times);
        System.out.println("rotations: " + times + ", requests: " + asked.get() + ", failed: " + failures.size());
    }

    private static void note(Answer answer, ConcurrentLinkedQueue<String> failures) {
        if (answer.status() != 200) {
            failures.add(answer.toString());
        }
    }

    private String token(String agent) {
        Answer made = fabric.operator()
                .post(
                        "/v1/config/tenants/" + TENANT + "/agents/" + agent + "/invitations",
                        Participant.JSON.createObjectNode());
        assertThat(made.status()).as("%s", made).isEqualTo(201);
        return made.body().path("token").asText();
    }

    /** The lines of the README between the invitation and the next paragraph. */
    private static String readmeCommands() throws IOException {
        Path readme = Path.of("README.md").toAbsolutePath();
        Path found = Files.exists(readme) ? readme : Path.of("../README.md").toAbsolutePath();
        String text = Files.readString(found);
        int begin = text.indexOf("    EST=https://");
        assertThat(begin).as("the README's EST commands").isPositive();
        return text.substring(begin)
                .lines()
                .takeWhile(line -> line.startsWith("    ") || line.isBlank())
                .map(String::strip)
                .collect(Collectors.joining("\n"));
    }

    private static boolean isThere(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .anyMatch(one -> Files.isExecutable(Path.of(one, program)));
    }

    private void run(String script, Map<String, String> variables) throws IOException, InterruptedException {
        Path log = folder.resolve("script.log");
        ProcessBuilder builder = new ProcessBuilder("bash", "-euo", "pipefail", "-c", script)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().putAll(new LinkedHashMap<>(variables));
        Process process = builder.start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("ends").isTrue();
        assertThat(process.exitValue()).as(Files.readString(log)).isZero();
    }

    private static X509Certificate certificate(Path pem) throws Exception {
        String text = Files.readString(pem);
        byte[] from = text.substring(text.indexOf("-----BEGIN")).getBytes(StandardCharsets.US_ASCII);
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(from));
    }

    private static List<String> names(X509Certificate certificate) throws Exception {
        return certificate.getSubjectAlternativeNames().stream()
                .map(name -> String.valueOf(name.get(1)))
                .toList();
    }
}
