package org.dmsc.node.fabric;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dmsc.node.testing.Answer;
import org.dmsc.node.testing.Credentials;
import org.dmsc.node.testing.FabricExtension;
import org.dmsc.node.testing.HttpAgent;
import org.dmsc.node.testing.Participant;
import org.dmsc.node.testing.TestFabric;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The whole way of a task over HTTPS: caller, gateway, router, gateway, agent and back. */
@ExtendWith(FabricExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class FabricIT {

    private TestFabric fabric;
    private Participant alice;
    private Participant mallory;
    private HttpAgent billing;

    @BeforeAll
    void twoTenants(TestFabric shared) {
        fabric = shared;
        fabric.createTenant("acme");
        fabric.createTenant("other");
        alice = fabric.as(fabric.addAgent("acme", "alice"));
        mallory = fabric.as(fabric.addAgent("other", "mallory"));
        Credentials issued = fabric.addAgent("acme", "billing");
        billing = HttpAgent.start(issued, text -> "answered: " + text);
        fabric.register(
                issued,
                "billing",
                billing,
                billing.card(
                        "Billing",
                        "billing-question",
                        "Explains invoices, payments and refunds",
                        "billing",
                        "invoice"));
    }

    @AfterAll
    void stop() {
        billing.close();
    }

    @Test
    void delegatesByNeedOverHttpJson() {
        Answer answer = alice.post("/message:send", Participant.ask("Why is my invoice so high?"));

        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        assertThat(answer.state()).isEqualTo("COMPLETED");
        assertThat(answer.text()).contains("answered: Why is my invoice so high?");
        assertThat(facts(answer.task()).path("assignee").asText()).contains("billing");
        assertThat(facts(answer.task()).path("reasons")).isNotEmpty();
    }

    @Test
    void delegatesByNameOverJsonRpc() {
        Answer answer = alice.call("/a2a", "SendMessage", Participant.ask("billing", "by name"));

        assertThat(answer.state()).as("%s", answer).isEqualTo("COMPLETED");
        assertThat(answer.text()).contains("answered: by name");
    }

    @Test
    void delegatesAtTheAgentsOwnUrl() {
        Answer answer = alice.call("/agents/billing", "SendMessage", Participant.ask("at its url"));

        assertThat(answer.state()).as("%s", answer).isEqualTo("COMPLETED");
    }

    @Test
    @DisplayName("a payload of 2 MiB goes in sealed parts past the router, whole in both directions")
    void largePayloadsGoPastTheRouter() throws IOException {
        fabric.createTenant("bulky");
        Participant caller = fabric.as(fabric.addAgent("bulky", "caller"));
        Credentials issued = fabric.addAgent("bulky", "mirror");
        String text = "0123456789abcdef".repeat(2 * 1024 * 1024 / 16);
        try (HttpAgent mirror = HttpAgent.start(issued, said -> said)) {
            fabric.register(issued, "mirror", mirror, mirror.card("Mirror", "mirror", "Says the same", "mirror"));

            Answer answer = caller.post("/message:send", Participant.ask("mirror", text));
            Answer later = caller.get("/tasks/" + answer.task().path("id").asText());

            assertThat(answer.state()).isEqualTo("COMPLETED");
            assertThat(answer.text().equals(text)).as("the answer is whole").isTrue();
            assertThat(later.text().equals(text)).as("so is what is kept").isTrue();
            assertThat(mirror.received()).hasSize(1);
        }
        assertThat(stored("payloads")).isBetween(2L * text.length(), 3L * text.length());
        assertThat(stored("tasks") + stored("inbox") + stored("events")).isLessThan(200_000);
    }

    private long stored(String channel) throws IOException {
        try (Stream<Path> files = Files.walk(fabric.folder().resolve("kafka"))) {
            return files.filter(file -> file.toString().contains("dmsc.bulky." + channel + "-")
                            && file.toString().endsWith(".log"))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    @Test
    void streamsFromTheTaskToItsEnd() {
        Answer answer = alice.stream("/message:stream", Participant.ask("billing", "streamed"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.events().get(0).has("task")).as("%s", answer).isTrue();
        assertThat(answer.events().stream()
                        .anyMatch(e -> e.has("artifactUpdate") && e.toString().contains("answered: streamed")))
                .isTrue();
        JsonNode last = answer.events().get(answer.events().size() - 1);
        assertThat(last.at("/statusUpdate/status/state").asText()).isEqualTo("TASK_STATE_COMPLETED");
    }

    @Test
    void streamsOverJsonRpc() {
        ObjectNode call = new com.fasterxml.jackson.databind.ObjectMapper().createObjectNode();
        call.put("jsonrpc", "2.0").put("id", "s1").put("method", "SendStreamingMessage");
        call.set("params", Participant.ask("billing", "rpc stream"));

        Answer answer = alice.stream("/a2a", call);

        assertThat(answer.events())
                .as("%s", answer)
                .allMatch(event -> event.path("id").asText().equals("s1"));
        assertThat(answer.events()
                        .get(answer.events().size() - 1)
                        .at("/result/statusUpdate/status/state")
                        .asText())
                .isEqualTo("TASK_STATE_COMPLETED");
    }

    @Test
    void findsATaskAgainAndOnlyForItsCaller() {
        Answer sent = alice.post("/message:send", Participant.ask("billing", "find me"));
        String id = sent.task().path("id").asText();

        Answer found = alice.get("/tasks/" + id);
        ObjectNode params = new com.fasterxml.jackson.databind.ObjectMapper()
                .createObjectNode()
                .put("id", id);
        Answer byRpc = alice.call("/a2a", "GetTask", params);
        Answer stranger = mallory.get("/tasks/" + id);

        assertThat(found.state()).as("%s", found).isEqualTo("COMPLETED");
        assertThat(found.text()).contains("answered: find me");
        assertThat(byRpc.state()).isEqualTo("COMPLETED");
        assertThat(stranger.status()).isEqualTo(404);
        assertThat(stranger.reason()).isEqualTo("TASK_NOT_FOUND");
    }

    @Test
    void theSameMessageIdIsTheSameTask() {
        ObjectNode once = Participant.ask("billing", "twice");

        Answer first = alice.post("/message:send", once);
        Answer second = alice.post("/message:send", once);

        assertThat(second.task().path("id").asText())
                .isEqualTo(first.task().path("id").asText());
        assertThat(billing.received().stream().filter(call -> call.toString().contains("\"twice\"")))
                .hasSize(1);
    }

    @Test
    void anotherTenantSeesNoAgentReachesNoneAndTheAttemptIsAudited() {
        Answer listed = mallory.get("/v1/agents?q=invoice");
        Answer byName = mallory.post("/message:send", Participant.ask("acme/billing", "let me in"));
        Answer byNeed = mallory.post("/message:send", Participant.ask("Why is my invoice so high?"));

        assertThat(listed.body().path("agents")).isEmpty();
        assertThat(byName.toString()).doesNotContain("COMPLETED");
        assertThat(byNeed.state()).as("%s", byNeed).isEqualTo("FAILED");
        TestFabric.await(
                "the refusal is on the audit log",
                () -> audit("other").stream()
                        .anyMatch(r -> r.at("/event/kind").asText().equals("REFUSAL")
                                && r.at("/event/refusal").asText().equals("CROSS_TENANT")));
        assertThat(billing.received()).noneMatch(call -> call.toString().contains("let me in"));
    }

    @Test
    void withoutACredentialThereIsTheCardAndNothingElse() {
        Participant nobody = fabric.anonymous();

        Answer card = nobody.get("/.well-known/agent-card.json");
        Answer send = nobody.post("/message:send", Participant.ask("hello"));
        Answer agents = nobody.get("/v1/agents");

        assertThat(card.status()).isEqualTo(200);
        assertThat(card.body().path("supportedInterfaces")).isNotEmpty();
        assertThat(send.status()).isEqualTo(401);
        assertThat(agents.status()).isEqualTo(401);
    }

    @Test
    void theAuditTrailOfATaskTellsItsStoryWithoutAGap() {
        Answer sent = alice.post("/message:send", Participant.ask("billing", "audited"));
        String id = sent.task().path("id").asText();

        TestFabric.await(
                "outcome of " + id + " is on the audit log",
                () -> audit("acme").stream()
                        .anyMatch(r -> r.at("/event/taskId").asText().equals(id)
                                && r.at("/event/kind").asText().equals("OUTCOME")));
        List<JsonNode> records = audit("acme");
        List<String> kinds = new ArrayList<>();
        for (int i = 0; i < records.size(); i++) {
            assertThat(records.get(i).path("index").asLong()).isEqualTo(i);
            if (records.get(i).at("/event/taskId").asText().equals(id)) {
                kinds.add(records.get(i).at("/event/kind").asText());
            }
        }
        assertThat(kinds)
                .containsSubsequence("TASK_ACCEPTED", "DECISION", "OUTCOME")
                .doesNotHaveDuplicates();
        assertThat(records.toString()).doesNotContain("audited");
    }

    @Test
    void saysHowItIs() {
        assertThat(fabric.anonymous().get("/ready").status()).isEqualTo(200);
        assertThat(fabric.anonymous().get("/live").status()).isEqualTo(200);
        assertThat(fabric.operator().get("/metrics").body().toString())
                .contains("dmsc_bridge")
                .contains("dmsc_router");
        assertThat(fabric.operator().get("/v1/status").body().path("roles")).hasSize(6);
    }

    @Test
    @DisplayName("case 77: names that clients invent make no new series")
    void metricsHaveBoundedLabels() {
        invent(alice, 0);
        Set<String> before = series();

        for (int i = 1; i <= 30; i++) {
            invent(alice, i);
        }

        Set<String> after = series();
        after.removeAll(before);
        assertThat(after).noneMatch(line -> line.contains("invented"));
        assertThat(after.size()).as("%s", after).isLessThan(10);
    }

    private static void invent(Participant who, int number) {
        String name = "invented-" + number;
        who.get("/agents/" + name + "/.well-known/agent-card.json");
        who.get("/" + name + "/" + name);
        who.post("/message:send", Participant.ask(name, name));
        who.call("/a2a", name, Participant.ask(name));
    }

    private Set<String> series() {
        return fabric.operator()
                .get("/metrics")
                .body()
                .path("text")
                .asText()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.substring(0, Math.max(line.lastIndexOf(' '), 0)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private List<JsonNode> audit(String tenant) {
        List<JsonNode> records = new ArrayList<>();
        Answer answer = fabric.operator().get("/v1/audit?tenant=" + tenant + "&limit=200");
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        answer.body().path("records").forEach(records::add);
        return records;
    }

    private static JsonNode facts(JsonNode task) {
        return task.path("metadata").path(Participant.EXTENSION);
    }
}
