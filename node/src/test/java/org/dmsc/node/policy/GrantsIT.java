package org.dmsc.node.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.StreamSupport;
import org.dmsc.node.testing.Answer;
import org.dmsc.node.testing.Credentials;
import org.dmsc.node.testing.FabricExtension;
import org.dmsc.node.testing.HttpAgent;
import org.dmsc.node.testing.Participant;
import org.dmsc.node.testing.TestFabric;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A grant from its offer to its end: what crosses, what it looks like on the other side, and what stops. */
@ExtendWith(FabricExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class GrantsIT {

    private static final String IMPORTER = "grants-acme";
    private static final String EXPORTER = "grants-globex";
    private static final String OFFER = """
            grants:
              offers: [{id: tr, to: grants-acme, skills: [translate], until: 2100-01-01, masking: outside}]
            masking:
              profiles:
                - {name: outside, patterns: [{name: email, pattern: '[a-z.]+@[a-z.]+', action: redact}]}
            """;
    private static final String ACCEPT = """
            grants: {acceptances: [{id: tr, from: grants-globex, skills: [translate]}]}
            data-tags: [{tag: internal, stays-in: tenant}]
            """;
    private static final String INGRESS = """
            masking:
              ingress: house
              profiles: [{name: house, patterns: [{name: iban, pattern: 'DE[0-9]{2}[A-Z0-9]{10,30}', action: redact}]}]
            """;
    private static final String CANARY = "canary.person@acme.example";

    private final CountDownLatch never = new CountDownLatch(1);
    private TestFabric fabric;
    private Participant caller;
    private HttpAgent translator;
    private HttpAgent secret;

    @BeforeAll
    void tenants(TestFabric shared) {
        fabric = shared;
        fabric.createTenant(IMPORTER);
        fabric.createTenant(EXPORTER);
        caller = fabric.as(fabric.addAgent(IMPORTER, "alice"));
        translator = agent("translator", "translate");
        secret = agent("secret", "plot");
    }

    @AfterAll
    void stop() {
        never.countDown();
        translator.close();
        secret.close();
    }

    private HttpAgent agent(String name, String skill) {
        Credentials issued = fabric.addAgent(EXPORTER, name);
        HttpAgent agent = HttpAgent.start(issued, this::work);
        fabric.register(issued, name, agent, agent.card(name, skill, "Does " + skill, skill));
        return agent;
    }

    private String work(String text) {
        if (text.startsWith("hold")) {
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return "did " + text;
    }

    /** Cases 64, 67 and 75, and the audit of both sides, in the order of a grant's life. */
    @Test
    void aGrantFromOfferToEnd() {
        hidden();
        fabric.apply(EXPORTER, OFFER);
        hidden();
        fabric.apply(IMPORTER, ACCEPT);

        assertThat(visible()).containsExactly(EXPORTER + "/translator");
        assertThat(caller.get("/v1/agents?skill=plot").body().path("agents")).isEmpty();
        assertThat(ask("translator", "write to " + CANARY).state()).isEqualTo("COMPLETED");
        assertThat(translator.received().toString())
                .contains("write to [email]")
                .doesNotContain(CANARY);
        assertThat(ask("secret", "x").reason()).isEqualTo("");
        assertThat(ask("secret", "x").state()).isEqualTo("FAILED");
        assertThat(secret.received()).isEmpty();
        assertThat(tagged("internal").reason()).isEqualTo("DATA_TAG");
        assertThat(records(EXPORTER, "GRANT_USED")).isNotEmpty();

        ingress();

        CompletableFuture<Answer> running = CompletableFuture.supplyAsync(
                () -> caller.stream("/message:stream", Participant.ask(EXPORTER + "/translator", "hold it")));
        TestFabric.await(
                "the agent has it", () -> translator.received().toString().contains("hold it"));
        long removed = System.nanoTime();
        fabric.apply(EXPORTER, "");
        List<JsonNode> events = running.join().events();
        System.out.println("case 67: stream ended " + (System.nanoTime() - removed) / 1_000_000
                + " ms after the removal was asked for");
        assertThat(events.get(events.size() - 1).toString()).contains("FAILED").doesNotContain("did hold");
        hidden();
        assertThat(records(IMPORTER, "REFUSAL")).contains("CROSS_TENANT");
        assertThat(records(EXPORTER, "REFUSAL")).contains("CROSS_TENANT");
    }

    /** Case 75: what the tenant masks before sealing is nowhere afterwards, not even where the caller sees its own task. */
    private void ingress() {
        fabric.apply(IMPORTER, ACCEPT + INGRESS);
        Answer answer = ask("translator", "iban DE00CANARY0000000000 please");
        assertThat(answer.state()).isEqualTo("COMPLETED");
        String seen = translator.received()
                + answer.body().toString()
                + caller.get("/tasks/" + answer.task().path("id").asText()).body()
                + records(IMPORTER, "TASK_ACCEPTED")
                + records(IMPORTER, "DECISION")
                + records(EXPORTER, "GRANT_USED");
        assertThat(seen).contains("iban [iban] please").doesNotContain("CANARY0");
    }

    private void hidden() {
        assertThat(visible()).isEmpty();
        Answer existing = ask("translator", "x");
        Answer missing = ask("nobody", "x");
        assertThat(existing.reason()).isEqualTo("AGENT_UNKNOWN");
        assertThat(existing.status()).isEqualTo(missing.status());
        assertThat(existing.body()).isEqualTo(missing.body());
    }

    private Answer ask(String agent, String text) {
        return caller.post("/message:send", Participant.ask(EXPORTER + "/" + agent, text));
    }

    private Answer tagged(String tag) {
        ObjectNode ask = Participant.ask(EXPORTER + "/translator", "x");
        ((ObjectNode) ask.at("/message/metadata/" + Participant.EXTENSION))
                .putArray("dataTags")
                .add(tag);
        return caller.post("/message:send", ask);
    }

    private List<String> visible() {
        return StreamSupport.stream(
                        caller.get("/v1/agents").body().path("agents").spliterator(), false)
                .map(agent -> agent.path("agent").asText())
                .filter(agent -> agent.startsWith(EXPORTER))
                .toList();
    }

    private String records(String tenant, String kind) {
        List<String> found = new ArrayList<>();
        TestFabric.await("an audit record " + kind + " of " + tenant, () -> {
            found.clear();
            fabric.operator()
                    .get("/v1/audit?tenant=" + tenant + "&kind=" + kind + "&limit=200")
                    .body()
                    .path("records")
                    .forEach(record -> found.add(record.toString()));
            return !found.isEmpty();
        });
        return found.toString();
    }
}
