package org.dmsc.bridge.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.a2a.v1.A2AServiceGrpc;
import com.google.a2a.v1.AgentInterface;
import com.google.a2a.v1.AuthenticationInfo;
import com.google.a2a.v1.CancelTaskRequest;
import com.google.a2a.v1.CreateTaskPushNotificationConfigRequest;
import com.google.a2a.v1.GetAgentCardRequest;
import com.google.a2a.v1.GetTaskRequest;
import com.google.a2a.v1.ListTaskPushNotificationConfigRequest;
import com.google.a2a.v1.PushNotificationConfig;
import com.google.a2a.v1.SendMessageConfiguration;
import com.google.a2a.v1.SendMessageRequest;
import com.google.a2a.v1.Task;
import com.google.a2a.v1.TaskPushNotificationConfig;
import com.google.a2a.v1.TaskState;
import com.google.protobuf.util.JsonFormat;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.http.bindings.GrpcJava;
import org.dmsc.schemas.avro.TaskStateName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Callers of A2A 0.3, who name no version: their words in, their words out, and the core's own in between. */
final class OldVersionTest {

    private static final String PARTS = "{'kind':'text','text':'hello'},"
            + "{'kind':'file','file':{'bytes':'AQID','mimeType':'image/png','name':'p.png'}},"
            + "{'kind':'file','file':{'uri':'https://h/x'}},{'kind':'data','data':{'n':1.50},'metadata':{'k':'v'}}";
    private static final String PROTO_PARTS = "{'text':'hello'},"
            + "{'file':{'fileWithBytes':'AQID','mimeType':'image/png','name':'p.png'}},"
            + "{'file':{'fileWithUri':'https://h/x'}},{'data':{'data':{'n':1.50}},'metadata':{'k':'v'}}";
    private static final String NEW_PARTS =
            "[{'text':'hello'},{'raw':'AQID','mediaType':'image/png','filename':'p.png'},"
                    + "{'url':'https://h/x'},{'data':{'n':1.50},'metadata':{'k':'v'}}]";

    @TempDir
    static Path dir;

    static EdgeFixture edge;
    static HttpClient client;

    @BeforeAll
    static void start() {
        edge = new EdgeFixture(dir);
        client = edge.agent("acme", "caller");
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
    void translatesAMessageAndItsTaskInJsonRpc() throws Exception {
        edge.exchange.onAsk(task -> {
            task.artifact("a");
            task.end(TaskStateName.COMPLETED, "done");
        });

        JsonNode task = rpc(
                        "message/send",
                        "{'message':" + message("'kind':'message','role':'user','parts':[" + PARTS + "]") + "}")
                .path("result");

        ObjectNode asked = A2aJson.parse(edge.exchange.asked.take().message.message());
        assertThat(asked.path("parts").toString()).isEqualTo(NEW_PARTS.replace('\'', '"'));
        assertThat(asked.path("role").asText()).isEqualTo("ROLE_USER");
        assertThat(asked.has("kind")).isFalse();
        assertThat(task.path("kind").asText()).isEqualTo("task");
        assertThat(task.at("/status/state").asText()).isEqualTo("completed");
        assertThat(task.at("/status/message/role").asText()).isEqualTo("agent");
        assertThat(task.at("/status/message/kind").asText()).isEqualTo("message");
        assertThat(task.at("/history/0/parts").toString()).isEqualTo("[" + PARTS.replace('\'', '"') + "]");
        String id = "{'id':'" + task.path("id").asText() + "'}";
        assertThat(rpc("tasks/get", id).at("/result/status/state").asText()).isEqualTo("completed");
        assertThat(rpc("tasks/cancel", id).at("/error/code").asInt()).isEqualTo(-32002);
        assertThat(rpc("tasks/get", "{'id':'x'}").at("/error/code").asInt()).isEqualTo(-32001);
    }

    @Test
    void endsAStreamWithAFinalEvent() throws Exception {
        edge.exchange.onAsk(task -> {
            task.work();
            task.artifact("a");
            task.end(TaskStateName.COMPLETED, "done");
        });

        List<JsonNode> events = events(post(
                "/a2a",
                request(
                        "message/stream",
                        "{'message':" + message("'kind':'message','role':'user','parts':[" + PARTS + "]") + "}")));

        assertThat(events.stream().map(event -> event.at("/result/kind").asText()))
                .containsExactly("task", "status-update", "artifact-update", "status-update");
        assertThat(events.stream().map(event -> event.at("/result/final").asBoolean()))
                .containsExactly(false, false, false, true);
        assertThat(events.get(1).at("/result/status/state").asText()).isEqualTo("working");
        assertThat(events.get(2).at("/result/artifact/parts/0").toString())
                .isEqualTo("{\"kind\":\"text\",\"text\":\"a\"}");
    }

    @Test
    void keepsConfigurationsOfPushNotifications() throws Exception {
        JsonNode task = rpc(
                        "message/send",
                        "{'message':" + message("'kind':'message','role':'user','parts':[" + PARTS + "]")
                                + ",'configuration':{'blocking':false}}")
                .path("result");
        assertThat(task.at("/status/state").asText()).isEqualTo("submitted");
        String id = task.path("id").asText();

        JsonNode set = rpc(
                "tasks/pushNotificationConfig/set",
                "{'taskId':'" + id
                        + "','pushNotificationConfig':{'id':'c','url':'https://receiver.example/h','token':'t0ken',"
                        + "'authentication':{'schemes':['Bearer'],'credentials':'s3cret'}}}");

        assertThat(set.at("/result/taskId").asText()).isEqualTo(id);
        assertThat(set.at("/result/pushNotificationConfig/authentication/schemes/0")
                        .asText())
                .isEqualTo("Bearer");
        assertThat(set.toString()).doesNotContain("s3cret").doesNotContain("t0ken");
        String named = "{'id':'" + id + "','pushNotificationConfigId':'c'}";
        assertThat(rpc("tasks/pushNotificationConfig/get", named)
                        .at("/result/pushNotificationConfig/id")
                        .asText())
                .isEqualTo("c");
        assertThat(rpc("tasks/pushNotificationConfig/get", "{'id':'" + id + "'}")
                        .at("/result/taskId")
                        .asText())
                .isEqualTo(id);
        assertThat(rpc("tasks/pushNotificationConfig/list", "{'id':'" + id + "'}")
                        .path("result"))
                .hasSize(1);
        assertThat(rpc("tasks/pushNotificationConfig/delete", named)
                        .get("result")
                        .isNull())
                .isTrue();
        assertThat(rpc("tasks/pushNotificationConfig/list", "{'id':'" + id + "'}")
                        .path("result"))
                .isEmpty();
    }

    @Test
    void translatesHttpJsonInTheFormThatItHadThen() throws Exception {
        edge.exchange.onAsk(task -> task.end(TaskStateName.CANCELED, "over"));
        String body = "{'message':" + message("'role':'ROLE_USER','content':[" + PROTO_PARTS + "]") + "}";

        JsonNode task = A2aJson.parse(post("/v1/message:send", body)).path("task");

        ObjectNode asked = A2aJson.parse(edge.exchange.asked.take().message.message());
        assertThat(asked.path("parts").toString()).isEqualTo(NEW_PARTS.replace('\'', '"'));
        assertThat(task.at("/status/state").asText()).isEqualTo("TASK_STATE_CANCELLED");
        assertThat(task.at("/history/0/content").toString()).isEqualTo("[" + PROTO_PARTS.replace('\'', '"') + "]");
        assertThat(A2aJson.parse(get("/v1/tasks/" + task.path("id").asText()))
                        .at("/status/message/content/0/text")
                        .asText())
                .isEqualTo("over");
        assertThat(events(post("/v1/message:stream", body)).stream()
                        .map(event -> event.fieldNames().next()))
                .containsExactly("task", "statusUpdate");
        assertThat(A2aJson.parse(get("/v1/tasks/x")).at("/error/status").asText())
                .isEqualTo("NOT_FOUND");
        assertThat(A2aJson.parse(get("/v1/card")).path("preferredTransport").asText())
                .isEqualTo("JSONRPC");
    }

    @Test
    void speaksTheProtobufOfThatTimeOverGrpc() throws Exception {
        edge.exchange.onAsk(task -> {
            task.work();
            task.artifact("a");
        });
        try (GrpcJava grpc =
                new GrpcJava(edge.identities.agent("acme", "caller"), edge.identities.root(), edge.edge.port())) {
            var stub = A2AServiceGrpc.newBlockingStub(grpc.channel(Map.of()));
            SendMessageRequest.Builder request = SendMessageRequest.newBuilder();
            JsonFormat.parser()
                    .merge(
                            ("{'message':" + message("'role':'ROLE_USER','content':[" + PROTO_PARTS + "]") + "}")
                                    .replace('\'', '"'),
                            request);

            Task task = stub.sendMessage(request.setConfiguration(SendMessageConfiguration.getDefaultInstance())
                            .build())
                    .getTask();

            ObjectNode asked = A2aJson.parse(edge.exchange.asked.take().message.message());
            assertThat(asked.path("parts").toString())
                    .isEqualTo(NEW_PARTS.replace('\'', '"').replace("1.50", "1.5"));
            assertThat(task.getStatus().getState()).isEqualTo(TaskState.TASK_STATE_WORKING);
            assertThat(task.getHistory(0).getContentList())
                    .isEqualTo(request.getRequest().getContentList());
            String name = "tasks/" + task.getId();
            var config = stub.createTaskPushNotificationConfig(CreateTaskPushNotificationConfigRequest.newBuilder()
                    .setParent(name)
                    .setConfigId("c")
                    .setConfig(TaskPushNotificationConfig.newBuilder()
                            .setPushNotificationConfig(PushNotificationConfig.newBuilder()
                                    .setUrl("https://receiver.example/h")
                                    .setAuthentication(AuthenticationInfo.newBuilder()
                                            .addSchemes("Bearer")
                                            .setCredentials("s3cret"))))
                    .build());
            assertThat(config.getName()).isEqualTo(name + "/pushNotificationConfigs/c");
            assertThat(config.toString()).doesNotContain("s3cret");
            assertThat(stub.listTaskPushNotificationConfig(ListTaskPushNotificationConfigRequest.newBuilder()
                                    .setParent(name)
                                    .build())
                            .getConfigsCount())
                    .isOne();
            var cancelled =
                    stub.cancelTask(CancelTaskRequest.newBuilder().setName(name).build());
            assertThat(cancelled.getStatus().getState()).isEqualTo(TaskState.TASK_STATE_CANCELLED);
            edge.exchange.onAsk(next -> next.end(TaskStateName.COMPLETED, "done"));
            var events = stub.sendStreamingMessage(request.build());
            assertThat(events.next().hasTask()).isTrue();
            assertThat(events.next().getStatusUpdate().getFinal()).isTrue();
            var card = stub.getAgentCard(GetAgentCardRequest.getDefaultInstance());
            assertThat(card.getSecurityCount()).isPositive();
            assertThat(card.getAdditionalInterfacesList())
                    .extracting(AgentInterface::getTransport)
                    .contains("GRPC");
            assertThatThrownBy(() -> stub.getTask(
                            GetTaskRequest.newBuilder().setName("tasks/x").build()))
                    .hasMessageContaining("NOT_FOUND");
            assertThatThrownBy(() -> stub.getTask(
                            GetTaskRequest.newBuilder().setName("x").build()))
                    .hasMessageContaining("tasks/{task}");
            assertThatThrownBy(() -> A2AServiceGrpc.newBlockingStub(grpc.channel(Map.of("A2A-Version", "1.0")))
                            .sendMessage(request.build()))
                    .hasMessageContaining("lf.a2a.v1");
        }
    }

    @Test
    void showsACardThatBothVersionsRead() throws Exception {
        JsonNode dual = A2aJson.parse(get("/.well-known/agent-card.json"));
        JsonNode plain = EdgeFixture.send(client, edge.get("/.well-known/agent-card.json"))
                .json();

        assertThat(dual.path("url").asText()).endsWith("/a2a");
        assertThat(dual.path("protocolVersion").asText()).isEqualTo("0.3.0");
        assertThat(dual.at("/securitySchemes/mtls/type").asText()).isEqualTo("mutualTLS");
        assertThat(dual.at("/security/1/bearer").isArray()).isTrue();
        assertThat(dual.path("supportedInterfaces")).isEqualTo(plain.path("supportedInterfaces"));
        assertThat(plain.has("url")).isFalse();
    }

    private static String message(String rest) {
        return "{'messageId':'m-" + System.nanoTime() + "'," + rest + "}";
    }

    private static String request(String method, String params) {
        return "{'jsonrpc':'2.0','id':1,'method':'" + method + "','params':" + params + "}";
    }

    private static ObjectNode rpc(String method, String params) throws Exception {
        return A2aJson.parse(post("/a2a", request(method, params)));
    }

    private static byte[] post(String path, String body) throws Exception {
        return client.send(
                        HttpRequest.newBuilder(edge.uri(path))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(body.replace('\'', '"')))
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray())
                .body();
    }

    private static byte[] get(String path) throws Exception {
        return client.send(HttpRequest.newBuilder(edge.uri(path)).build(), HttpResponse.BodyHandlers.ofByteArray())
                .body();
    }

    private static List<JsonNode> events(byte[] stream) {
        List<JsonNode> events = new ArrayList<>();
        new String(stream, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("data: "))
                .forEach(line -> events.add(A2aJson.parse(line.substring(6).getBytes(StandardCharsets.UTF_8))));
        return events;
    }
}
