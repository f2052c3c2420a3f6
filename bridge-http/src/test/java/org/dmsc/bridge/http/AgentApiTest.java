package org.dmsc.bridge.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.List;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.AuditCandidate;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.tenant.directory.CapabilityIndex;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Registering, finding, explaining, operating. */
final class AgentApiTest {

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
    void registersAnAgentThatCanThenBeFoundAndLeaves() throws Exception {
        HttpClient billing = edge.agent("acme", "billing");
        HttpClient other = edge.agent("acme", "other");

        EdgeFixture.Answer registered =
                EdgeFixture.send(billing, edge.post("/v1/agents/billing", card("https://localhost:1/a2a")));

        assertThat(registered.status()).as(registered.json().toString()).isEqualTo(201);
        assertThat(registered.json().path("agent").asText()).isEqualTo("acme/billing");
        ObjectNode found = EdgeFixture.send(other, edge.get("/v1/agents?q=refund+of+an+invoice"))
                .json();
        assertThat(found.path("agents").findValuesAsText("agent")).contains("acme/billing");
        assertThat(found.path("agents").path(0).path("why")).isNotEmpty();
        assertThat(EdgeFixture.send(other, edge.get("/v1/agents?tag=billing"))
                        .json()
                        .path("agents")
                        .findValuesAsText("agent"))
                .contains("acme/billing");
        assertThat(EdgeFixture.send(other, edge.get("/v1/agents?tag=weather"))
                        .json()
                        .path("agents"))
                .isEmpty();
        ObjectNode published = EdgeFixture.send(other, edge.get("/agents/billing/.well-known/agent-card.json"))
                .json();
        assertThat(published.path("supportedInterfaces").path(0).path("url").asText())
                .isEqualTo(edge.uri("/agents/billing").toString());
        assertThat(published.path("skills").path(0).path("id").asText()).isEqualTo("refunds");
        assertThat(EdgeFixture.send(
                                billing, edge.post("/v1/agents/billing/heartbeat", "{\"cpu\":0.5,\"queueDepth\":2}"))
                        .status())
                .isEqualTo(200);
        assertThat(EdgeFixture.send(edge.agent("beta", "b"), edge.get("/v1/agents?q=refund"))
                        .json()
                        .path("agents"))
                .isEmpty();
        HttpRequest leave = edge.request("/v1/agents/billing").DELETE().build();
        assertThat(EdgeFixture.send(billing, leave).status()).isEqualTo(204);
        assertThat(EdgeFixture.send(other, edge.get("/v1/agents/billing")).status())
                .isEqualTo(404);
    }

    @Test
    void servesItsOwnDescriptionToEverybody() throws Exception {
        for (String document : List.of("openapi", "asyncapi")) {
            EdgeFixture.Answer answer = EdgeFixture.send(edge.nobody(), edge.get("/" + document + ".yaml"));

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("content-type")).isEqualTo("application/yaml");
            assertThat(new String(answer.body(), java.nio.charset.StandardCharsets.UTF_8))
                    .contains(document + ": ");
        }
    }

    @Test
    void letsAnAgentActForItselfOnlyAndAnOperatorForAnybody() throws Exception {
        EdgeFixture.Answer refused =
                EdgeFixture.send(edge.agent("acme", "a"), edge.post("/v1/agents/b", card("https://localhost:1/")));
        EdgeFixture.Answer done =
                EdgeFixture.send(edge.operator(), edge.post("/v1/agents/b?tenant=acme", card("https://localhost:1/")));
        EdgeFixture.Answer unsaid =
                EdgeFixture.send(edge.operator(), edge.post("/v1/agents/b", card("https://localhost:1/")));

        assertThat(refused.status()).isEqualTo(403);
        assertThat(edge.audit.refusals).anyMatch(note -> note.refusal() == Refusal.NOT_PERMITTED);
        assertThat(done.status()).isEqualTo(201);
        assertThat(unsaid.status()).isEqualTo(400);
    }

    @Test
    void allowsPlainHttpOnlyWhenAnOperatorSaysSo() throws Exception {
        HttpClient agent = edge.agent("acme", "plain");
        String plain = "{\"card\":" + card("http://localhost:1/") + ",\"dmsc\":{\"plainHttp\":true}}";

        assertThat(EdgeFixture.send(agent, edge.post("/v1/agents/plain", card("http://localhost:1/")))
                        .status())
                .isEqualTo(400);
        assertThat(EdgeFixture.send(agent, edge.post("/v1/agents/plain", plain)).status())
                .isEqualTo(403);
        assertThat(EdgeFixture.send(edge.operator(), edge.post("/v1/agents/plain?tenant=acme", plain))
                        .status())
                .isEqualTo(201);
        assertThat(EdgeFixture.send(agent, edge.post("/v1/agents/plain", plain)).status())
                .isEqualTo(200);
    }

    @Test
    void refusesBadCardsNamingTheField() throws Exception {
        HttpClient agent = edge.agent("acme", "bad");
        for (String body : List.of(
                "{}",
                card("ftp://x/"),
                card("https://user@x/"),
                card("https://localhost:1/").replace("JSONRPC", "urn:other"),
                card("https://localhost:1/").replace("\"id\":\"refunds\",", ""),
                card("https://localhost:1/").replace("\"tags\":[\"billing\"]", "\"tags\":[1]"))) {
            EdgeFixture.Answer answer = EdgeFixture.send(agent, edge.post("/v1/agents/bad", body));

            assertThat(answer.status()).as(body).isEqualTo(400);
            assertThat(answer.json().path("error").path("message").asText())
                    .contains("card")
                    .contains("expected");
        }
    }

    @Test
    void showsOperatorsStatusAndMetricsAndNobodyElse() throws Exception {
        assertThat(EdgeFixture.send(edge.operator(), edge.get("/metrics")).status())
                .isEqualTo(200);
        assertThat(EdgeFixture.send(edge.operator(), edge.get("/v1/status"))
                        .json()
                        .path("gateway")
                        .asText())
                .isEqualTo("g1");
        for (String path : List.of("/metrics", "/v1/status", "/v1/config/tenants")) {
            assertThat(EdgeFixture.send(edge.agent("acme", "a"), edge.get(path)).status())
                    .as(path)
                    .isEqualTo(403);
        }
        EdgeFixture.Answer keyless = EdgeFixture.send(edge.operator(), edge.get("/v1/config/tenants"));
        // Not here: another edge has the keys.
        assertThat(keyless.status()).isEqualTo(421);
    }

    @Test
    void showsAnAgentTheAuditOfItsOwnTasksOnly() throws Exception {
        edge.audit.events.add(accepted("task-1", "spiffe://acme.fabric.localhost/agent/caller"));

        assertThat(EdgeFixture.send(edge.agent("acme", "caller"), edge.get("/v1/tasks/task-1/explain"))
                        .json()
                        .path("records"))
                .hasSize(1);
        assertThat(EdgeFixture.send(edge.agent("acme", "other"), edge.get("/v1/tasks/task-1/explain"))
                        .status())
                .isEqualTo(404);
        assertThat(EdgeFixture.send(edge.agent("beta", "caller"), edge.get("/v1/audit?task=task-1"))
                        .status())
                .isEqualTo(404);
        assertThat(EdgeFixture.send(edge.agent("acme", "caller"), edge.get("/v1/audit"))
                        .status())
                .isEqualTo(400);
        assertThat(EdgeFixture.send(edge.operator(), edge.get("/v1/audit?tenant=acme&kind=TASK_ACCEPTED"))
                        .json()
                        .path("records"))
                .isNotEmpty();
        assertThat(EdgeFixture.send(edge.operator(), edge.get("/v1/audit?kind=NONSENSE"))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void saysThatThePortIsTaken() {
        HttpEdge second = new HttpEdge(edge.parts(new CapabilityIndex(), edge.settings(edge.edge.port())));

        assertThatThrownBy(second::start)
                .isInstanceOf(PortTakenException.class)
                .hasMessageContaining(Integer.toString(edge.edge.port()))
                .hasMessageContaining("expected");
    }

    @Test
    void explainsATaskFromItsAuditRecordsAlone() throws Exception {
        edge.audit.events.add(accepted("task-2", "spiffe://acme.fabric.localhost/agent/caller"));
        edge.audit.events.add(AuditEvent.newBuilder(accepted("task-2", "router"))
                .setEventId("decision.task-2.1")
                .setKind(AuditKind.DECISION)
                .setAttempt(1)
                .setObject("spiffe://acme.fabric.localhost/agent/slow")
                .setReasons(List.of("relevance 1.00"))
                .setRegistryOffset(7)
                .setDetails(java.util.Map.of("margin", "0.250", "considered", "2"))
                .setCandidates(List.of(candidate("slow", "chosen"), candidate("away", "it is not up")))
                .build());
        edge.audit.events.add(AuditEvent.newBuilder(accepted("task-2", "gateway"))
                .setEventId("closed.task-2.1")
                .setKind(AuditKind.ATTEMPT_CLOSED)
                .setAttempt(1)
                .setState("TIMED_OUT")
                .setReasons(List.of("did not finish in time"))
                .build());

        com.fasterxml.jackson.databind.JsonNode said = EdgeFixture.send(
                        edge.operator(), edge.get("/v1/tasks/task-2/explain"))
                .json();

        assertThat(said.at("/decisions/0/registryOffset").asInt()).isEqualTo(7);
        assertThat(said.at("/decisions/0/registryAgeMs").asInt()).isEqualTo(12);
        assertThat(said.at("/decisions/0/margin").asText()).isEqualTo("0.250");
        assertThat(said.at("/decisions/0/candidates/0/verdict").asText()).isEqualTo("chosen");
        assertThat(said.at("/decisions/0/candidates/1/verdict").asText()).isEqualTo("it is not up");
        assertThat(said.at("/decisions/0/candidates/1/inFlight").asInt()).isEqualTo(3);
        assertThat(said.at("/attempts/0/outcome").asText()).isEqualTo("TIMED_OUT");
        assertThat(said.at("/attempts/0/why").asText()).isEqualTo("did not finish in time");
        assertThat(said.path("records")).hasSize(3);
    }

    @Test
    void showsDeadLettersToOperatorsAndEachAgentItsOwn() throws Exception {
        edge.dead.ofAcme.add(dead("t-1", "caller"));
        edge.dead.ofAcme.add(dead("t-2", "other"));

        assertThat(EdgeFixture.send(edge.operator(), edge.get("/v1/dead?tenant=acme"))
                        .json()
                        .path("letters"))
                .hasSize(2);
        assertThat(EdgeFixture.send(edge.operator(), edge.get("/v1/dead")).status())
                .isEqualTo(400);
        assertThat(EdgeFixture.send(edge.agent("acme", "caller"), edge.get("/v1/dead"))
                        .json()
                        .at("/letters/0/taskId")
                        .asText())
                .isEqualTo("t-1");
        assertThat(EdgeFixture.send(edge.agent("acme", "caller"), edge.get("/v1/dead/t-2"))
                        .status())
                .isEqualTo(404);
        assertThat(EdgeFixture.send(edge.agent("beta", "caller"), edge.post("/v1/dead/t-1/replay?tenant=acme", "{}"))
                        .status())
                .as("another tenant's, whatever it names")
                .isEqualTo(404);
        EdgeFixture.Answer replayed =
                EdgeFixture.send(edge.operator(), edge.post("/v1/dead/t-1/replay?tenant=acme", "{}"));
        assertThat(replayed.status()).isEqualTo(202);
        assertThat(replayed.json().path("taskId").asText()).isEqualTo("t-1-again");
        assertThat(edge.dead.replayed).hasSize(1);
    }

    @Test
    void showsWebhooksThatWereGivenUpAndTellsThemAgain() throws Exception {
        edge.push.dead.add(new org.dmsc.bridge.core.DeadPush("t-7", "hook", "caller", "FETCH_FAILED: nobody", 20));
        String path = "/v1/dead/t-7/webhooks/hook/replay";

        assertThat(EdgeFixture.send(edge.agent("acme", "caller"), edge.get("/v1/dead"))
                        .json()
                        .at("/webhooks/0/webhook")
                        .asText())
                .isEqualTo("hook");
        assertThat(EdgeFixture.send(edge.agent("acme", "other"), edge.get("/v1/dead"))
                        .json()
                        .path("webhooks"))
                .isEmpty();
        assertThat(EdgeFixture.send(edge.agent("acme", "other"), edge.post(path, "{}"))
                        .status())
                .isEqualTo(404);
        assertThat(EdgeFixture.send(edge.agent("beta", "caller"), edge.post(path + "?tenant=acme", "{}"))
                        .status())
                .isEqualTo(404);
        assertThat(EdgeFixture.send(edge.operator(), edge.post(path + "?tenant=acme", "{}"))
                        .status())
                .isEqualTo(202);
        assertThat(edge.push.dead).isEmpty();
        assertThat(edge.audit.events)
                .anyMatch(event -> event.getKind() == org.dmsc.schemas.avro.AuditKind.TASK_REPLAYED
                        && event.getObject().equals("webhook hook"));
    }

    private static org.dmsc.bridge.core.DeadTask dead(String task, String caller) {
        return new org.dmsc.bridge.core.DeadTask(
                task,
                "ALL_TRIED",
                "every agent failed",
                2,
                1,
                java.util.Optional.of(caller),
                "skill billing",
                java.util.Optional.empty());
    }

    private static AuditCandidate candidate(String agent, String verdict) {
        return AuditCandidate.newBuilder()
                .setTenant("acme")
                .setAgent(agent)
                .setSkill("billing")
                .setScore(1)
                .setLoad(0.75)
                .setVerdict(verdict)
                .setInFlight(3)
                .setCapacity(4)
                .setAgeMs(12)
                .build();
    }

    private static AuditEvent accepted(String task, String actor) {
        return AuditEvent.newBuilder()
                .setEventId("e-" + task)
                .setTenant("acme")
                .setTime(1)
                .setKind(AuditKind.TASK_ACCEPTED)
                .setActor(actor)
                .setNode("n")
                .setTaskId(task)
                .build();
    }

    static String card(String url) {
        ObjectNode card =
                A2aJson.parse(("{\"name\":\"Billing\",\"description\":\"Knows invoices and refunds\",\"version\":\"1\","
                                + "\"supportedInterfaces\":[{\"url\":\"URL\",\"protocolBinding\":\"JSONRPC\",\"protocolVersion\":\"1.0\"}],"
                                + "\"capabilities\":{\"streaming\":true},\"defaultInputModes\":[\"text/plain\"],"
                                + "\"defaultOutputModes\":[\"text/plain\"],\"skills\":[{\"id\":\"refunds\",\"name\":\"Refunds\","
                                + "\"description\":\"Pays back an invoice\",\"tags\":[\"billing\"]}]}")
                        .replace("URL", url)
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return card.toString();
    }
}
