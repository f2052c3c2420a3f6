package org.dmsc.bridge.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.ErrorProfile;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.avro.TaskStateName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MCP over a real port: the protocol's steps, each tool, and what is refused. */
final class McpTest {

    @TempDir
    static Path dir;

    static EdgeFixture edge;
    static HttpClient caller;

    @BeforeAll
    static void start() throws Exception {
        Manners manners = Manners.USUAL.with(Duration.ofSeconds(1), List.of("https://good.example"));
        edge = new EdgeFixture(dir, Duration.ofSeconds(60), ErrorProfile.V1_0_1, manners);
        caller = edge.agent("acme", "caller");
        String card = AgentApiTest.card("https://localhost:1/");
        for (String tenant : List.of("acme", "beta")) {
            assertThat(EdgeFixture.send(edge.agent(tenant, "worker"), edge.post("/v1/agents/worker", card))
                            .status())
                    .isEqualTo(201);
        }
    }

    @AfterAll
    static void stop() {
        edge.close();
    }

    @BeforeEach
    void forget() {
        edge.exchange.clear();
    }

    @Test
    void beginsAsTheProtocolSays() throws Exception {
        ObjectNode begun = result(
                ask(
                        "initialize",
                        "{\"protocolVersion\":\"2099-01-01\",\"capabilities\":{},\"clientInfo\":{\"name\":\"c\",\"version\":\"1\"}}"));
        EdgeFixture.Answer told = post("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}", "2025-06-18");
        EdgeFixture.Answer answered = post("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}", "2025-06-18");
        EdgeFixture.Answer stream = EdgeFixture.send(caller, edge.get("/mcp"));
        EdgeFixture.Answer session =
                EdgeFixture.send(caller, edge.request("/mcp").DELETE().build());

        assertThat(begun.path("protocolVersion").asText()).isEqualTo("2025-06-18");
        assertThat(begun.at("/capabilities/tools").isObject()).isTrue();
        assertThat(begun.at("/serverInfo/version").asText()).isEqualTo("test");
        assertThat(told.status()).isEqualTo(202);
        assertThat(told.body()).isEmpty();
        assertThat(answered.status()).isEqualTo(202);
        assertThat(stream.status()).isEqualTo(405);
        assertThat(stream.header("allow")).isEqualTo("POST");
        assertThat(session.status()).isEqualTo(405);
        assertThat(result(ask("ping", "{}"))).isEmpty();
    }

    @Test
    void listsTheToolsThatTheCallerMayUse() throws Exception {
        JsonNode tools = result(ask("tools/list", "{}")).path("tools");
        JsonNode ofOperator = A2aJson.parse(EdgeFixture.send(
                                edge.operator(),
                                edge.post("/mcp", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}"))
                        .body())
                .at("/result/tools");

        assertThat(tools.findValuesAsText("name"))
                .contains("find_agents", "delegate_task", "get_task", "cancel_task")
                .hasSize(4);
        tools.forEach(tool -> assertThat(tool.at("/inputSchema/type").asText()).isEqualTo("object"));
        assertThat(ofOperator).isEmpty();
    }

    @Test
    void findsTheAgentsOfTheCallersOwnTenantOnly() throws Exception {
        ObjectNode all = called("find_agents", "{}");
        ObjectNode none = called("find_agents", "{\"skill\":\"nobody-can\"}");

        assertThat(all.at("/structuredContent/agents").findValuesAsText("agent"))
                .containsExactly("acme/worker");
        assertThat(all.at("/content/0/text").asText()).contains("acme/worker").doesNotContain("beta/");
        assertThat(none.at("/structuredContent/agents")).isEmpty();
    }

    @Test
    void delegatesAndShowsTheResult() throws Exception {
        edge.exchange.onAsk(task -> task.end(TaskStateName.COMPLETED, "done"));

        ObjectNode result = called(
                "delegate_task",
                "{\"text\":\"do it\",\"agent\":\"worker\",\"data_tags\":[\"pii\"],\"request_id\":\"r-1\",\"timeout_seconds\":9}");

        FakeExchange.FakeTask asked = edge.exchange.asked.take();
        assertThat(result.path("isError").asBoolean()).isFalse();
        assertThat(result.at("/structuredContent/task/status/state").asText()).isEqualTo("TASK_STATE_COMPLETED");
        assertThat(result.at("/content/0/text").asText()).contains("done");
        assertThat(asked.message.messageId()).isEqualTo("r-1");
        assertThat(asked.message.need().target()).contains(AgentRef.of("acme", "worker"));
        assertThat(asked.message.need().dataTags()).isEqualTo(Set.of("pii"));
        assertThat(asked.message.terms().timeout()).contains(Duration.ofSeconds(9));
        assertThat(asked.message.terms().protocol()).isEqualTo("mcp");
        asked.released.await();
    }

    @Test
    void answersWithATaskThatGoesOnAndShowsAndCancelsItLater() throws Exception {
        String id = called("delegate_task", "{\"text\":\"do it\",\"wait_seconds\":0}")
                .at("/structuredContent/task/id")
                .asText();
        ObjectNode running = called("get_task", "{\"task_id\":\"" + id + "\"}");
        ObjectNode waited = called("get_task", "{\"task_id\":\"" + id + "\",\"wait_seconds\":1}");
        ObjectNode others = A2aJson.parse(EdgeFixture.send(
                        edge.agent("beta", "caller"),
                        edge.post("/mcp", call("get_task", "{\"task_id\":\"" + id + "\"}")))
                .body());
        ObjectNode cancelled = called("cancel_task", "{\"task_id\":\"" + id + "\"}");

        assertThat(running.at("/structuredContent/task/status/state").asText()).isEqualTo("TASK_STATE_SUBMITTED");
        assertThat(waited.at("/structuredContent/task/status/state").asText()).isEqualTo("TASK_STATE_SUBMITTED");
        assertThat(others.at("/result/structuredContent/error/reason").asText()).isEqualTo("TASK_NOT_FOUND");
        assertThat(cancelled.at("/structuredContent/task/status/state").asText())
                .isEqualTo("TASK_STATE_CANCELED");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "delegate_task | {}                                            | INVALID_REQUEST",
                "delegate_task | {\"text\":\"\"}                               | INVALID_REQUEST",
                "delegate_task | {\"text\":7}                                  | INVALID_REQUEST",
                "delegate_task | {\"text\":\"x\",\"tenant\":\"beta\"}          | INVALID_REQUEST",
                "delegate_task | {\"text\":\"x\",\"wait_seconds\":1e9}         | INVALID_REQUEST",
                "delegate_task | {\"text\":\"x\",\"agent\":\"beta/worker\"}    | AGENT_UNKNOWN",
                "delegate_task | {\"text\":\"x\",\"agent\":\"../worker\"}      | INVALID_TENANT_ID",
                "get_task      | {\"task_id\":\"../../v1/config\"}             | TASK_NOT_FOUND",
                "cancel_task   | {\"task_id\":\"0d9d1a4e-1b1e-4c39-a3e2-50d3f1a4b6c7\"} | TASK_NOT_FOUND",
                "find_agents   | {\"limit\":100000}                            | INVALID_REQUEST"
            })
    void tellsTheModelWhatItDidWrong(String tool, String arguments, String reason) throws Exception {
        ObjectNode result = called(tool, arguments);

        assertThat(result.path("isError").asBoolean()).isTrue();
        assertThat(result.at("/structuredContent/error/reason").asText()).isEqualTo(reason);
        assertThat(result.at("/content/0/text").asText()).contains(reason);
        assertThat(edge.exchange.all()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "200 | -32601 | {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"resources/list\"}",
                "200 | -32602 | {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"rm\"}}",
                "400 | -32600 | [{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]",
                "400 | -32600 | {\"id\":1,\"method\":\"ping\"}",
                "400 | -32600 | {\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"ping\"}",
                "400 | -32602 | {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":[]}",
                "400 | -32700 | {\"jsonrpc\":",
            })
    void refusesWhatIsNoRequest(int status, int code, String body) throws Exception {
        EdgeFixture.Answer answer = post(body, "2025-06-18");

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.json().at("/error/code").asInt()).isEqualTo(code);
    }

    @Test
    void refusesJsonThatIsDeeperThanAnybodyNeeds() throws Exception {
        String deep = "[".repeat(20_000) + "]".repeat(20_000);

        EdgeFixture.Answer answer = post(
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"get_task\",\"arguments\":"
                        + deep + "}}",
                "2025-06-18");

        assertThat(answer.status()).isEqualTo(400);
    }

    @Test
    void refusesAnEditionThatItDoesNotSpeak() throws Exception {
        assertThat(post("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}", "1999-01-01")
                        .status())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.example", "null", "https://good.example.evil.example"})
    void refusesPagesOfOrigins(String origin) throws Exception {
        HttpRequest request = edge.request("/mcp")
                .header("Origin", origin)
                .POST(HttpRequest.BodyPublishers.ofString("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}"))
                .build();

        assertThat(EdgeFixture.send(caller, request).status()).isEqualTo(403);
    }

    @Test
    void knowsNobodyWithoutACredential() throws Exception {
        EdgeFixture.Answer answer = EdgeFixture.send(edge.nobody(), edge.post("/mcp", call("find_agents", "{}")));

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("www-authenticate")).startsWith("Bearer");
    }

    private static ObjectNode called(String tool, String arguments) throws Exception {
        return result(post(call(tool, arguments), "2025-06-18").json());
    }

    private static String call(String tool, String arguments) {
        return "{\"jsonrpc\":\"2.0\",\"id\":\"c\",\"method\":\"tools/call\",\"params\":{\"name\":\"" + tool
                + "\",\"arguments\":" + arguments + "}}";
    }

    private static ObjectNode ask(String method, String params) throws Exception {
        return post("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"" + method + "\",\"params\":" + params + "}", "")
                .json();
    }

    private static ObjectNode result(ObjectNode answer) {
        assertThat(answer.path("error").isMissingNode()).as("%s", answer).isTrue();
        return (ObjectNode) answer.path("result");
    }

    private static EdgeFixture.Answer post(String body, String version) throws Exception {
        HttpRequest.Builder request = edge.request("/mcp").header("Accept", "application/json, text/event-stream");
        Optional.of(version)
                .filter(named -> !named.isEmpty())
                .ifPresent(named -> request.header("MCP-Protocol-Version", named));
        return EdgeFixture.send(
                caller, request.POST(HttpRequest.BodyPublishers.ofString(body)).build());
    }
}
