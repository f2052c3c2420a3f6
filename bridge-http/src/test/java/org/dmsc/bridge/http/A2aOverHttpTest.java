package org.dmsc.bridge.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.TaskStateName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A2A in both bindings, over real sockets. */
final class A2aOverHttpTest {

    private static final String MESSAGE =
            "{\"message\":{\"messageId\":\"m-1\",\"role\":\"ROLE_USER\",\"parts\":[{\"text\":\"check an invoice\"}]}}";

    @TempDir
    static Path dir;

    static EdgeFixture edge;
    static HttpClient agent;

    @BeforeAll
    static void start() {
        edge = new EdgeFixture(dir);
        agent = edge.agent("acme", "caller");
    }

    @AfterAll
    static void stop() {
        edge.close();
    }

    @Test
    void answersASentMessageWhenTheTaskIsSettled() throws Exception {
        var answer = agent.sendAsync(
                edge.post("/a2a", rpc("SendMessage", MESSAGE)), HttpResponse.BodyHandlers.ofByteArray());
        FakeExchange.FakeTask task = asked();
        task.work();
        task.end(TaskStateName.COMPLETED, "done");

        ObjectNode response = A2aJson.parse(answer.get(60, TimeUnit.SECONDS).body());

        assertThat(answer.get().headers().firstValue("dmsc-receipt")).contains("receipt-of-" + task.taskId());
        assertThat(response.path("id").asText()).isEqualTo("r-1");
        JsonNode shown = response.path("result").path("task");
        assertThat(shown.path("id").asText()).isEqualTo(task.taskId());
        assertThat(shown.path("status").path("state").asText()).isEqualTo("TASK_STATE_COMPLETED");
        assertThat(shown.path("status")
                        .path("message")
                        .path("parts")
                        .path(0)
                        .path("text")
                        .asText())
                .isEqualTo("done");
        assertThat(task.message.need().intent()).isEqualTo("check an invoice");
        assertThat(task.released.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void answersAtOnceWhenTheCallerWishes() throws Exception {
        String body = MESSAGE.substring(0, MESSAGE.length() - 1)
                + ",\"configuration\":{\"returnImmediately\":true,\"historyLength\":0}}";

        ObjectNode response =
                EdgeFixture.send(agent, edge.post("/message:send", body)).json();

        assertThat(response.path("task").path("status").path("state").asText()).isEqualTo("TASK_STATE_SUBMITTED");
        assertThat(response.path("task").has("history")).isFalse();
        asked();
    }

    @Test
    void addressesAnAgentOfTheCallersTenantByItsPath() throws Exception {
        var answer = agent.sendAsync(
                edge.post("/agents/billing/message:send", MESSAGE), HttpResponse.BodyHandlers.ofByteArray());

        FakeExchange.FakeTask task = asked();
        task.end(TaskStateName.COMPLETED, "done");

        assertThat(task.message.need().target()).contains(AgentRef.of("acme", "billing"));
        assertThat(answer.get(60, TimeUnit.SECONDS).headers().firstValue("content-type"))
                .contains("application/json");
    }

    @Test
    void streamsTheTaskThenItsUpdatesInBothBindings() throws Exception {
        for (String path : new String[] {"/message:stream", "/a2a"}) {
            boolean rest = path.equals("/message:stream");
            HttpResponse<InputStream> response = agent.sendAsync(
                            edge.post(path, rest ? MESSAGE : rpc("SendStreamingMessage", MESSAGE)),
                            HttpResponse.BodyHandlers.ofInputStream())
                    .get(60, TimeUnit.SECONDS);
            FakeExchange.FakeTask task = asked();
            BufferedReader events = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));

            JsonNode first = event(events, rest);
            task.work();
            JsonNode second = event(events, rest);
            task.end(TaskStateName.COMPLETED, "done");
            JsonNode third = event(events, rest);

            assertThat(response.headers().firstValue("content-type").orElse("")).startsWith("text/event-stream");
            assertThat(first.path("task").path("status").path("state").asText()).isEqualTo("TASK_STATE_SUBMITTED");
            assertThat(second.path("statusUpdate").path("status").path("state").asText())
                    .isEqualTo("TASK_STATE_WORKING");
            assertThat(third.path("statusUpdate").path("status").path("state").asText())
                    .isEqualTo("TASK_STATE_COMPLETED");
            assertThat(rest(events)).doesNotContain("data:");
            assertThat(task.released.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void keepsAQuietStreamAliveAndReleasesItWhenTheClientHangsUp() throws Exception {
        HttpClient own = edge.identities.client(
                java.util.Optional.of(edge.identities.agent("acme", "caller")), HttpClient.Version.HTTP_1_1);
        HttpResponse<InputStream> response =
                own.send(edge.post("/message:stream", MESSAGE), HttpResponse.BodyHandlers.ofInputStream());
        FakeExchange.FakeTask task = asked();
        BufferedReader events = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));

        String line = events.readLine();
        while (!line.startsWith(": alive")) {
            line = events.readLine();
        }
        events.close();

        assertThat(task.released.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void endsAStreamWithAnErrorWhenTheTaskCannotBeFollowed() throws Exception {
        HttpResponse<InputStream> response =
                agent.send(edge.post("/message:stream", MESSAGE), HttpResponse.BodyHandlers.ofInputStream());
        asked().fail(Refusal.DEADLINE_EXCEEDED);

        String all = new String(response.body().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(all).contains("event: error").contains("DEADLINE_EXCEEDED");
    }

    @Test
    void showsCancelsAndFollowsATaskToItsCallerOnly() throws Exception {
        ObjectNode sent = EdgeFixture.send(
                        agent,
                        edge.post(
                                "/message:send",
                                MESSAGE.substring(0, MESSAGE.length() - 1)
                                        + ",\"configuration\":{\"returnImmediately\":true}}"))
                .json();
        String id = sent.path("task").path("id").asText();
        asked();

        assertThat(EdgeFixture.send(agent, edge.get("/tasks/" + id))
                        .json()
                        .path("id")
                        .asText())
                .isEqualTo(id);
        assertThat(EdgeFixture.send(edge.agent("acme", "other"), edge.get("/tasks/" + id))
                        .status())
                .isEqualTo(404);
        assertThat(EdgeFixture.send(edge.agent("beta", "caller"), edge.get("/tasks/" + id))
                        .status())
                .isEqualTo(404);
        HttpResponse<InputStream> stream =
                agent.send(edge.get("/tasks/" + id + ":subscribe"), HttpResponse.BodyHandlers.ofInputStream());
        BufferedReader events = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8));
        assertThat(event(events, true).path("task").path("id").asText()).isEqualTo(id);
        ObjectNode cancelled = EdgeFixture.send(agent, edge.post("/a2a", rpc("CancelTask", "{\"id\":\"" + id + "\"}")))
                .json();
        assertThat(cancelled.path("result").path("status").path("state").asText())
                .isEqualTo("TASK_STATE_CANCELED");
        assertThat(event(events, true)
                        .path("statusUpdate")
                        .path("status")
                        .path("state")
                        .asText())
                .isEqualTo("TASK_STATE_CANCELED");
        assertThat(EdgeFixture.send(agent, edge.post("/tasks/" + id + ":cancel", "{}"))
                        .json()
                        .at("/status/state")
                        .asText())
                .as("cancelling is idempotent")
                .isEqualTo("TASK_STATE_CANCELED");
        assertThat(reason(EdgeFixture.send(agent, edge.get("/tasks/" + id + ":subscribe"))))
                .isEqualTo("UNSUPPORTED_OPERATION");
    }

    @Test
    void answersBadJsonRpcWithItsCode() throws Exception {
        Map<String, Integer> bodies = Map.of(
                "{",
                -32700,
                "[]",
                -32600,
                "{\"jsonrpc\":\"2.0\",\"method\":\"GetTask\"}",
                -32600,
                "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"GetTask\"}",
                -32600,
                rpc("NoSuchThing", "{}"),
                -32601,
                rpc("SendMessage", "{}"),
                -32602,
                rpc("SendMessage", "[]"),
                -32602,
                rpc("GetTask", "{\"id\":\"" + UUID.randomUUID() + "\"}"),
                -32001,
                rpc("ListTasks", "{\"pageSize\":0}"),
                -32602,
                rpc("CreateTaskPushNotificationConfig", "{}"),
                -32602);
        for (Map.Entry<String, Integer> body : bodies.entrySet()) {
            EdgeFixture.Answer answer = EdgeFixture.send(agent, edge.post("/a2a", body.getKey()));

            assertThat(answer.status()).as(body.getKey()).isEqualTo(200);
            assertThat(answer.json().path("error").path("code").asInt())
                    .as(body.getKey())
                    .isEqualTo(body.getValue());
            assertThat(answer.json()
                            .path("error")
                            .path("data")
                            .path(0)
                            .path("@type")
                            .asText())
                    .endsWith("ErrorInfo");
        }
    }

    @Test
    void answersBadRestRequestsWithStatusReasonAndRemedy() throws Exception {
        assertThat(reason(EdgeFixture.send(agent, edge.post("/message:send", "{"))))
                .isEqualTo("MALFORMED_JSON");
        assertThat(reason(EdgeFixture.send(agent, edge.post("/message:send", "{}"))))
                .isEqualTo("INVALID_REQUEST");
        assertThat(reason(EdgeFixture.send(agent, edge.get("/tasks?pageSize=0"))))
                .isEqualTo("INVALID_REQUEST");
        assertThat(reason(EdgeFixture.send(agent, edge.get("/tasks/a/pushNotificationConfigs"))))
                .isEqualTo("TASK_NOT_FOUND");
        assertThat(reason(EdgeFixture.send(agent, edge.get("/nowhere")))).isEqualTo("UNKNOWN_OPERATION");
        assertThat(reason(EdgeFixture.send(agent, edge.get("/tasks/no-uuid")))).isEqualTo("TASK_NOT_FOUND");
        EdgeFixture.Answer answer = EdgeFixture.send(agent, edge.post("/agents/a%20b/message:send", MESSAGE));
        assertThat(reason(answer)).isEqualTo("INVALID_AGENT_ID");
        assertThat(answer.json().path("error").path("message").asText()).contains("expected");
    }

    @Test
    void refusesWrongVersionsAndContentTypes() throws Exception {
        HttpRequest old = HttpRequest.newBuilder(edge.uri("/a2a"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(rpc("SendMessage", "{}")))
                .build();
        assertThat(EdgeFixture.send(agent, old)
                        .json()
                        .path("error")
                        .path("code")
                        .asInt())
                .isEqualTo(-32009);
        HttpRequest byQuery =
                HttpRequest.newBuilder(edge.uri("/tasks/x?A2A-Version=0.3")).build();
        assertThat(reason(EdgeFixture.send(agent, byQuery))).isEqualTo("VERSION_NOT_SUPPORTED");
        for (String path : new String[] {"/a2a", "/message:send"}) {
            HttpRequest text = HttpRequest.newBuilder(edge.uri(path))
                    .header("A2A-Version", "1.0")
                    .header("Content-Type", "text/plain")
                    .POST(HttpRequest.BodyPublishers.ofString("hello"))
                    .build();
            EdgeFixture.Answer answer = EdgeFixture.send(agent, text);
            assertThat(answer.status()).isEqualTo(400);
            assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains("CONTENT_TYPE_NOT_SUPPORTED");
        }
    }

    @Test
    void refusesABodyOverTheLimit() throws Exception {
        String big = "{\"x\":\"" + "a".repeat(EdgeFixture.MOST_BODY) + "\"}";
        for (HttpClient.Version version : HttpClient.Version.values()) {
            HttpClient client =
                    edge.identities.client(java.util.Optional.of(edge.identities.agent("acme", "caller")), version);
            for (boolean chunked : new boolean[] {false, true}) {
                byte[] bytes = big.getBytes(StandardCharsets.UTF_8);
                HttpRequest request = edge.request("/message:send")
                        .POST(
                                chunked
                                        ? HttpRequest.BodyPublishers.ofInputStream(
                                                () -> new java.io.ByteArrayInputStream(bytes))
                                        : HttpRequest.BodyPublishers.ofByteArray(bytes))
                        .build();

                EdgeFixture.Answer answer = EdgeFixture.send(client, request);

                assertThat(answer.status()).as(version + " chunked " + chunked).isEqualTo(413);
                assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains("TOO_LARGE");
            }
        }
    }

    @Test
    void hidesAgentsOfOtherTenantsBehindTheSameAnswerAsUnknownOnes() throws Exception {
        String named = MESSAGE.replace(
                "\"parts\"", "\"metadata\":{\"urn:dmsc:ext:delegation:1\":{\"agent\":\"beta/secret\"}},\"parts\"");

        EdgeFixture.Answer foreign = EdgeFixture.send(agent, edge.post("/message:send", named));
        EdgeFixture.Answer unknown = EdgeFixture.send(agent, edge.get("/v1/agents/nobody"));
        EdgeFixture.Answer tenant = EdgeFixture.send(
                agent,
                edge.post(
                        "/a2a",
                        rpc("SendMessage", MESSAGE.substring(0, MESSAGE.length() - 1) + ",\"tenant\":\"beta\"}")));

        assertThat(foreign.status()).isEqualTo(404);
        assertThat(foreign.json().path("error")).isEqualTo(unknown.json().path("error"));
        assertThat(tenant.json().path("error").path("message").asText())
                .isEqualTo(unknown.json().path("error").path("message").asText());
        assertThat(edge.audit.refusals).anyMatch(note -> note.refusal() == Refusal.CROSS_TENANT);
    }

    @Test
    void echoesTheExtensionItKnows() throws Exception {
        HttpRequest request = edge.request("/message:send")
                .header("A2A-Extensions", "urn:other, urn:dmsc:ext:delegation:1")
                .POST(HttpRequest.BodyPublishers.ofString(MESSAGE))
                .build();
        CompletableFuture<HttpResponse<byte[]>> answer =
                agent.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray());
        asked().end(TaskStateName.COMPLETED, "done");

        assertThat(answer.get(60, TimeUnit.SECONDS).headers().firstValue("a2a-extensions"))
                .contains("urn:dmsc:ext:delegation:1");
    }

    private static FakeExchange.FakeTask asked() throws InterruptedException {
        FakeExchange.FakeTask task = edge.exchange.asked.poll(60, TimeUnit.SECONDS);
        assertThat(task).isNotNull();
        return task;
    }

    private static String rpc(String method, String params) {
        return "{\"jsonrpc\":\"2.0\",\"id\":\"r-1\",\"method\":\"" + method + "\",\"params\":" + params + "}";
    }

    private static String reason(EdgeFixture.Answer answer) {
        return answer.json()
                .path("error")
                .path("details")
                .path(0)
                .path("reason")
                .asText();
    }

    private static JsonNode event(BufferedReader events, boolean bare) throws Exception {
        for (String line = events.readLine(); line != null; line = events.readLine()) {
            if (line.startsWith("data: ")) {
                ObjectNode data = A2aJson.parse(line.substring(6).getBytes(StandardCharsets.UTF_8));
                return bare ? data : data.path("result");
            }
        }
        throw new AssertionError("the stream ended");
    }

    private static String rest(BufferedReader events) throws Exception {
        StringBuilder rest = new StringBuilder();
        for (String line = events.readLine(); line != null; line = events.readLine()) {
            rest.append(line).append('\n');
        }
        return rest.toString();
    }
}
