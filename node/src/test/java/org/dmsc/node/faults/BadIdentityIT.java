package org.dmsc.node.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.dmsc.node.host.NodeFile;
import org.dmsc.node.testing.Answer;
import org.dmsc.node.testing.Credentials;
import org.dmsc.node.testing.FabricExtension;
import org.dmsc.node.testing.HttpAgent;
import org.dmsc.node.testing.Participant;
import org.dmsc.node.testing.TestFabric;
import org.dmsc.schemas.AgentRef;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.token.TokenIssuer;
import org.dmsc.tenant.token.TokenKeys;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Callers who are not who they should be, and those who reach for another tenant. */
@ExtendWith(FabricExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class BadIdentityIT {

    private static final String BODY = Participant.ask("good", "let me in").toString();

    private Scene scene;
    private Scene theirs;
    private Raw nobody;

    @BeforeAll
    void tenants(TestFabric fabric) {
        scene = new Scene(fabric, "identity-a");
        theirs = new Scene(fabric, "identity-b");
        nobody = new Raw(fabric.httpUrl(), fabric.operatorCredentials().anonymousTls());
    }

    @AfterEach
    void nodeStillServes() {
        scene.stillServes();
    }

    @AfterAll
    void stop() {
        scene.close();
        theirs.close();
    }

    @Test
    void theTokenAsItIsServes() {
        Answer answer = nobody.post("/message:send", BODY, bearer(scene.alice.token()));

        assertThat(answer.state()).as("%s", answer).isEqualTo("COMPLETED");
    }

    @Test
    void nothingShown() {
        unauthenticated(nobody.post("/message:send", BODY));
        unauthenticated(nobody.post("/a2a", BODY));
        unauthenticated(nobody.get("/v1/agents", Raw.JSON_1_0));
        unauthenticated(nobody.get("/metrics", Raw.JSON_1_0));
    }

    @Test
    void aTokenThatIsNone() {
        unauthenticated(nobody.post("/message:send", BODY, bearer("not.a.token")));

        Answer tooLong = nobody.post("/message:send", BODY, bearer("x".repeat(9000)));

        assertThat(tooLong.status()).as("%s", tooLong).isEqualTo(431);
    }

    @Test
    void aTokenThatWasTamperedWith() {
        String[] parts = scene.alice.token().split("\\.");
        String theirsWithOurSignature = theirs.alice.token().split("\\.")[1];
        char first = parts[2].charAt(0) == 'A' ? 'B' : 'A';

        unauthenticated(
                nobody.post("/message:send", BODY, bearer(parts[0] + "." + theirsWithOurSignature + "." + parts[2])));
        unauthenticated(nobody.post(
                "/message:send", BODY, bearer(parts[0] + "." + parts[1] + "." + first + parts[2].substring(1))));
        unauthenticated(nobody.post("/message:send", BODY, bearer(parts[0] + "." + parts[1] + ".")));
    }

    @Test
    void aTokenThatExpired() throws IOException {
        Answer answer = nobody.post("/message:send", BODY, bearer(expired()));

        unauthenticated(answer);
        assertThat(answer.body().at("/error/message").asText()).contains("expired");
    }

    @Test
    void aTokenOfAnotherTenantBesideTheCertificate() {
        Answer answer = scene.raw.post("/message:send", BODY, bearer(theirs.alice.token()));

        assertThat(answer.status()).as("%s", answer).isEqualTo(421);
        assertThat(answer.reason()).isEqualTo("IDENTITY_MISMATCH");
        assertThat(answer.body().at("/error/message").asText()).contains("expected");
    }

    @Test
    void aTokenOfAnotherTenantReachesItsOwnTenantOnly() {
        Answer agents = nobody.get("/v1/agents", bearer(theirs.alice.token()));
        Answer asked = nobody.post(
                "/message:send", Participant.ask("identity-a/good", "x").toString(), bearer(theirs.alice.token()));

        assertThat(agents.body().toString()).doesNotContain("identity-a");
        assertThat(asked.status()).isEqualTo(404);
        assertThat(asked.reason()).isEqualTo("AGENT_UNKNOWN");
    }

    @Test
    void anAgentOfAnotherTenantIsRefusedAsIfItDidNotExistAndThatIsAudited() {
        int before = scene.audited("CROSS_TENANT");
        Answer existing = scene.caller.post("/message:send", Participant.ask("identity-b/good", "x"));
        Answer missing = scene.caller.post("/message:send", Participant.ask("identity-b/nobody", "x"));
        Answer noTenant = scene.caller.post("/message:send", Participant.ask("identity-c/good", "x"));
        Answer rpc = scene.caller.call("/a2a", "SendMessage", Participant.ask("identity-b/good", "x"));
        Answer rpcMissing = scene.caller.call("/a2a", "SendMessage", Participant.ask("identity-b/nobody", "x"));
        Answer own = scene.caller.post("/message:send", Participant.ask("nobody", "x"));

        assertThat(existing.status()).isEqualTo(404);
        assertThat(existing.reason()).isEqualTo("AGENT_UNKNOWN");
        assertThat(existing.body())
                .isEqualTo(missing.body())
                .isEqualTo(noTenant.body())
                .isEqualTo(own.body());
        assertThat(rpc.body()).isEqualTo(rpcMissing.body());
        assertThat(rpc.body().at("/error/code").asInt()).isEqualTo(-31004);
        Until.happens(
                "four refusals on the audit log",
                Duration.ofSeconds(60),
                () -> scene.audited("CROSS_TENANT") >= before + 4);
    }

    @Test
    void nobodyActsForAnother() {
        Credentials alice = scene.alice;
        try (HttpAgent server = HttpAgent.start(alice, text -> text)) {
            Answer answer = scene.caller.post("/v1/agents/good", server.card("Mine now", "good", "Takes over", "good"));

            assertThat(answer.status()).as("%s", answer).isEqualTo(403);
            assertThat(answer.reason()).isEqualTo("NOT_PERMITTED");
            assertThat(scene.caller.get("/v1/config/tenants").status()).isEqualTo(403);
            assertThat(scene.caller
                            .post("/v1/config/tenants", "{\"tenant\":\"mine\"}")
                            .status())
                    .isEqualTo(403);
        }
    }

    private String expired() throws IOException {
        NodeFile node = scene.fabric.description();
        Path keys = Path.of(node.keys());
        char[] password = Files.readString(keys.resolve("secrets").resolve("vault.password"))
                .strip()
                .toCharArray();
        Clock anHourAgo = Clock.offset(Clock.systemUTC(), Duration.ofHours(-1));
        return new TokenIssuer(
                        TokenKeys.open(keys.resolve("tokens"), password), new FabricDomain(node.domain()), anHourAgo)
                .issue(AgentRef.of("identity-a", "alice"), Duration.ofMinutes(15));
    }

    private static Map<String, String> bearer(String token) {
        Map<String, String> headers = new HashMap<>(Raw.JSON_1_0);
        headers.put("Authorization", "Bearer " + token);
        return headers;
    }

    private static void unauthenticated(Answer answer) {
        assertThat(answer.status()).as("%s", answer).isEqualTo(401);
        assertThat(answer.reason()).isEqualTo("UNAUTHENTICATED");
        assertThat(answer.body().at("/error/message").asText()).contains("expected");
    }
}
