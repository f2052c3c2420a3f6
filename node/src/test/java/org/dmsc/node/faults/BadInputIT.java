package org.dmsc.node.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpClient;
import java.util.Map;
import java.util.UUID;
import org.dmsc.node.testing.Answer;
import org.dmsc.node.testing.FabricExtension;
import org.dmsc.node.testing.Participant;
import org.dmsc.node.testing.TestFabric;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests that are wrong: status, code and reason that fit, a message with cause and remedy, and the node goes on. */
@ExtendWith(FabricExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class BadInputIT {

    private static final String PART = "'parts':[{'text':'hello'}]";

    private Scene scene;

    @BeforeAll
    void tenant(TestFabric fabric) {
        scene = new Scene(fabric, "bad-input");
    }

    @AfterEach
    void nodeStillServes() {
        scene.stillServes();
    }

    @AfterAll
    void stop() {
        scene.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{'message':                                                         | MALFORMED_JSON  | body",
                "[1]                                                                 | MALFORMED_JSON  | body",
                "{'message':{},'message':{}}                                         | MALFORMED_JSON  | body",
                "{}                                                                  | INVALID_REQUEST | message",
                "{'message':'hello'}                                                 | INVALID_REQUEST | message",
                "{'message':{'role':'ROLE_USER',PART}}                               | INVALID_REQUEST | messageId",
                "{'message':{'messageId':'m1',PART}}                                 | INVALID_REQUEST | role",
                "{'message':{'messageId':'m1','role':'ROLE_KING',PART}}              | INVALID_REQUEST | ROLE_KING",
                "{'message':{'messageId':'m1','role':'user',PART}}                   | INVALID_REQUEST | role",
                "{'message':{'messageId':'m1','role':'ROLE_USER'}}                   | INVALID_REQUEST | parts",
                "{'message':{'messageId':'m1','role':'ROLE_USER','parts':[]}}        | INVALID_REQUEST | parts",
                "{'message':{'messageId':'m1','role':'ROLE_USER','parts':[{}]}}      | INVALID_REQUEST | parts[0]",
                "{'message':{'messageId':'m1','role':'ROLE_USER','parts':[{'text':5}]}} | INVALID_REQUEST | text",
                "{'message':{'messageId':'m1','role':'ROLE_USER','parts':[{'raw':'*'}]}} | INVALID_REQUEST | base64",
                "{'message':{'messageId':'m1','role':'ROLE_USER',PART,'taskId':7}}   | INVALID_REQUEST | taskId"
            })
    void aRequestThatIsNotWellFormed(String body, String reason, String named) {
        String json = body.replace("PART", PART).replace('\'', '"');

        Answer plain = scene.raw.post("/message:send", json);
        Answer streamed = scene.raw.post("/message:stream", json);

        refused(plain, 400, reason, named);
        refused(streamed, 400, reason, named);
    }

    @Test
    void aJsonRpcCallThatIsNone() {
        rpcRefused(scene.raw.post("/a2a", "{\"jsonrpc\":"), -32700, "MALFORMED_JSON");
        rpcRefused(scene.raw.post("/a2a", "[]"), -32600, "INVALID_REQUEST");
        rpcRefused(scene.raw.post("/a2a", "{\"jsonrpc\":\"2.0\",\"method\":\"GetTask\"}"), -32600, "INVALID_REQUEST");
        rpcRefused(
                scene.raw.post("/a2a", "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"GetTask\"}"),
                -32600,
                "INVALID_REQUEST");
        rpcRefused(
                scene.raw.post("/a2a", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"GetTask\",\"params\":[1]}"),
                -32602,
                "INVALID_REQUEST");
        rpcRefused(scene.raw.rpc("/a2a", "SendMessage", Raw.JSON.createObjectNode()), -32602, "INVALID_REQUEST");
    }

    @Test
    void anotherContentType() {
        String body = Participant.ask("good", "x").toString();
        for (String type : new String[] {"text/plain", "application/xml", "application/json; charset=utf-16"}) {
            Map<String, String> headers = Map.of("Content-Type", type, "A2A-Version", "1.0");

            refused(scene.raw.post("/message:send", body, headers), 400, "CONTENT_TYPE_NOT_SUPPORTED", "Content-Type");
            Answer rpc = scene.raw.post("/a2a", body, headers);
            refused(rpc, 400, "CONTENT_TYPE_NOT_SUPPORTED", "Content-Type");
            assertThat(rpc.body().at("/error/code").asInt()).isEqualTo(-32005);
        }
        refused(
                scene.raw.post("/message:send", body, Map.of("A2A-Version", "1.0")),
                400,
                "CONTENT_TYPE_NOT_SUPPORTED",
                "application/json");
    }

    @Test
    void anotherVersionOfA2a() {
        String body = Participant.ask("good", "x").toString();

        refused(
                scene.raw.post("/message:send", body, Map.of("Content-Type", "application/json")),
                400,
                "VERSION_NOT_SUPPORTED",
                "A2A-Version: 1.0");
        refused(
                scene.raw.post("/message:send", body, Map.of("Content-Type", "application/json", "A2A-Version", "0.3")),
                400,
                "VERSION_NOT_SUPPORTED",
                "'0.3'");
        Answer rpc = scene.raw.post(
                "/a2a",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"GetTask\",\"params\":{\"id\":\"x\"}}",
                Map.of("Content-Type", "application/json", "A2A-Version", "9.9"));
        rpcRefused(rpc, -32009, "VERSION_NOT_SUPPORTED");
    }

    @Test
    void anOperationThatIsNotThere() {
        rpcRefused(scene.raw.rpc("/a2a", "Dance", Raw.JSON.createObjectNode()), -32601, "UNKNOWN_OPERATION");
        refused(scene.raw.get("/dance", Raw.JSON_1_0), 404, "UNKNOWN_OPERATION", "expected");
        refused(scene.raw.post("/message:dance", "{}"), 404, "UNKNOWN_OPERATION", "expected");
        rpcRefused(
                scene.raw.rpc("/a2a", "CreateTaskPushNotificationConfig", Raw.JSON.createObjectNode()),
                -32602,
                "INVALID_REQUEST");
    }

    @Test
    void aTaskThatIsNotThere() {
        String id = UUID.randomUUID().toString();
        ObjectNode followUp = Participant.ask("good", "and further?");
        ((ObjectNode) followUp.get("message")).put("taskId", id);

        refused(scene.raw.get("/tasks/" + id, Raw.JSON_1_0), 404, "TASK_NOT_FOUND", "expected");
        refused(scene.raw.get("/tasks/no-uuid", Raw.JSON_1_0), 404, "TASK_NOT_FOUND", "expected");
        refused(scene.raw.post("/message:send", followUp.toString()), 404, "TASK_NOT_FOUND", "expected");
        rpcRefused(
                scene.raw.rpc("/a2a", "GetTask", Raw.JSON.createObjectNode().put("id", id)), -32001, "TASK_NOT_FOUND");
        rpcRefused(
                scene.raw.rpc("/a2a", "GetTask", Raw.JSON.createObjectNode().put("id", 5)), -32602, "INVALID_REQUEST");
    }

    @Test
    void anAgentThatIsNotThere() {
        refused(
                scene.raw.post("/message:send", Participant.ask("nobody", "x").toString()),
                404,
                "AGENT_UNKNOWN",
                "expected a registered agent");
        rpcRefused(scene.raw.rpc("/agents/nobody", "SendMessage", Participant.ask("x")), -31004, "AGENT_UNKNOWN");
        refused(
                scene.raw.post(
                        "/message:send", Participant.ask("No Agent!", "x").toString()),
                400,
                "INVALID_AGENT_ID",
                "expected");
    }

    @Test
    void aTenantThatIsNotThere() {
        ObjectNode params = Participant.ask("good", "x").put("tenant", "nobody");

        rpcRefused(scene.raw.rpc("/a2a", "SendMessage", params), -31004, "AGENT_UNKNOWN");
        refused(
                scene.raw.post(
                        "/message:send", Participant.ask("nobody/good", "x").toString()),
                404,
                "AGENT_UNKNOWN",
                "expected");
        Answer operator = scene.fabric.operator().post("/v1/config/tenants/nobody/agents/a/credentials", "{}");
        refused(operator, 404, "TENANT_UNKNOWN", "nobody");
    }

    @Test
    void aBodyOverTheLimit() {
        String huge = Participant.ask("good", "x".repeat(11 * 1024 * 1024)).toString();

        // The HTTP/2 client of Java 17 takes the server's farewell for a failure, and does not show the answer before
        // it.
        Raw http1 = new Raw(scene.fabric.httpUrl(), scene.alice.tls(), HttpClient.Version.HTTP_1_1);
        Answer plain = http1.post("/message:send", huge);
        Answer rpc = http1.post("/a2a", huge);

        refused(plain, 413, "TOO_LARGE", "expected at most 10485760 bytes");
        assertThat(rpc.status()).isEqualTo(413);
        assertThat(rpc.body().at("/error/message").asText()).contains("expected at most");
    }

    private static void refused(Answer answer, int status, String reason, String named) {
        assertThat(answer.status()).as("%s", answer).isEqualTo(status);
        assertThat(answer.reason()).as("%s", answer).isEqualTo(reason);
        saysWhatToDo(answer);
        assertThat(answer.body().at("/error/message").asText()).contains(named);
    }

    private static void rpcRefused(Answer answer, int code, String reason) {
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        assertThat(answer.body().at("/error/code").asInt()).as("%s", answer).isEqualTo(code);
        assertThat(answer.reason()).as("%s", answer).isEqualTo(reason);
        saysWhatToDo(answer);
    }

    /** Cause, then what was expected instead. */
    private static void saysWhatToDo(Answer answer) {
        assertThat(answer.body().at("/error/message").asText())
                .as("%s", answer)
                .matches("(?s).{5,} \\(expected .+\\).*");
    }
}
