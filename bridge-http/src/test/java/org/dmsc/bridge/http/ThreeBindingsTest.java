package org.dmsc.bridge.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.http.a2a.Operation;
import org.dmsc.bridge.http.bindings.Binding;
import org.dmsc.bridge.http.bindings.Binding.Outcome;
import org.dmsc.bridge.http.bindings.GrpcJava;
import org.dmsc.bridge.http.bindings.HttpBindings;
import org.dmsc.schemas.avro.TaskStateName;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Contract 8.16: every case goes through JSON-RPC, HTTP+JSON and gRPC, over real sockets, and all three say the same: the same messages of the
 * same wire types, or the same error with the same sentence.
 */
final class ThreeBindingsTest {

    private static final String NOBODYS = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
    private static final Map<String, String> SPOKEN = Map.of("A2A-Version", "1.0");

    @TempDir
    static Path dir;

    static EdgeFixture edge;
    static Map<String, Binding> bindings;

    /** What is asked, of a task in which state, and what comes back. */
    private record Case(
            String name,
            Operation operation,
            String request,
            Given given,
            Map<String, String> headers,
            Expected expected) {
        @Override
        public String toString() {
            return name;
        }
    }

    private enum Given {
        NOTHING,
        RUNNING,
        ENDED,
        WITH_CONFIG
    }

    private record Expected(String reason, String contains) {}

    @BeforeAll
    static void start() throws Exception {
        edge = new EdgeFixture(dir);
        IssuedIdentity caller = edge.identities.agent("acme", "caller");
        var client = edge.identities.client(Optional.of(caller), java.net.http.HttpClient.Version.HTTP_2);
        bindings = new LinkedHashMap<>();
        bindings.put("JSONRPC", HttpBindings.jsonRpc(client, edge.uri("/")));
        bindings.put("HTTP+JSON", HttpBindings.rest(client, edge.uri("/")));
        bindings.put("GRPC", new GrpcJava(caller, edge.identities.root(), edge.edge.port()));
        edge.registry.put("acme", "billing", "refund");
    }

    @AfterAll
    static void stop() {
        bindings.values().forEach(Binding::close);
        edge.close();
    }

    @BeforeEach
    void forget() {
        edge.exchange.clear();
        edge.push.kept.clear();
    }

    static Stream<Case> cases() {
        String task = "'id':'$TASK'";
        String ofTask = "'taskId':'$TASK'";
        String message = "'message':{'messageId':'m-1','role':'ROLE_USER','parts':[{'text':'$TEXT'}]}";
        String atOnce = ",'configuration':{'returnImmediately':true}";
        String config = ofTask + ",'id':'c-1','url':'https://receiver.example/hook','token':'t0ken',"
                + "'authentication':{'scheme':'Bearer','credentials':'s3cret'}";
        return Stream.of(
                good("send, answered at once", Operation.SEND_MESSAGE, message + atOnce, "TASK_STATE_SUBMITTED"),
                good(
                        "send, waited for",
                        Operation.SEND_MESSAGE,
                        message.replace("$TEXT", "finish"),
                        "TASK_STATE_COMPLETED"),
                good(
                        "send with all kinds of parts",
                        Operation.SEND_MESSAGE,
                        "'message':{'messageId':'m-2','role':'ROLE_USER','contextId':'c','metadata':{'a':[1.5,null,true]},'parts':"
                                + "[{'text':'x'},{'raw':'AAEC','mediaType':'image/png','filename':'f'},{'url':'https://x/y'},"
                                + "{'data':{'k':[1.5,'z',null,{}]}}]}" + atOnce,
                        "image/png"),
                good(
                        "send, to be told",
                        Operation.SEND_MESSAGE,
                        message
                                + ",'configuration':{'returnImmediately':true,'taskPushNotificationConfig':{'url':'https://x.example/'}}",
                        "TASK_STATE_SUBMITTED"),
                bad("send nothing", Operation.SEND_MESSAGE, "", "INVALID_REQUEST"),
                bad(
                        "send no parts",
                        Operation.SEND_MESSAGE,
                        "'message':{'messageId':'m','role':'ROLE_USER'}",
                        "INVALID_REQUEST"),
                bad(
                        "send without a role",
                        Operation.SEND_MESSAGE,
                        "'message':{'messageId':'m','parts':[{'text':'x'}]}",
                        "INVALID_REQUEST"),
                bad(
                        "send to a task of nobody",
                        Operation.SEND_MESSAGE,
                        message.replace("'role'", "'taskId':'no','role'"),
                        "TASK_NOT_FOUND"),
                bad("send to another tenant", Operation.SEND_MESSAGE, "'tenant':'beta'," + message, "AGENT_UNKNOWN"),
                bad(
                        "send to another tenant's agent",
                        Operation.SEND_MESSAGE,
                        "'tenant':'beta/secret'," + message,
                        "AGENT_UNKNOWN"),
                bad(
                        "send, to be told at an address inside",
                        Operation.SEND_MESSAGE,
                        message + ",'configuration':{'taskPushNotificationConfig':{'url':'http://10.0.0.1/'}}",
                        "ADDRESS_NOT_ALLOWED"),
                good(
                        "send to an agent",
                        Operation.SEND_MESSAGE,
                        "'tenant':'acme/billing'," + message + atOnce,
                        "SUBMITTED"),
                good(
                        "stream",
                        Operation.SEND_STREAMING_MESSAGE,
                        message.replace("$TEXT", "finish"),
                        "TASK_STATE_COMPLETED"),
                bad("stream nothing", Operation.SEND_STREAMING_MESSAGE, "", "INVALID_REQUEST"),
                of("get", Operation.GET_TASK, task, Given.RUNNING, "", "TASK_STATE_WORKING"),
                of("get without history", Operation.GET_TASK, task + ",'historyLength':0", Given.ENDED, "", "done"),
                of(
                        "get with negative history",
                        Operation.GET_TASK,
                        task + ",'historyLength':-1",
                        Given.ENDED,
                        "INVALID_REQUEST",
                        ""),
                bad("get nobody's", Operation.GET_TASK, "'id':'" + NOBODYS + "'", "TASK_NOT_FOUND"),
                bad("get what is no id", Operation.GET_TASK, "'id':'x y'", "TASK_NOT_FOUND"),
                of("list", Operation.LIST_TASKS, "'pageSize':10,'includeArtifacts':true", Given.RUNNING, "", "$TASK"),
                of(
                        "list of one state",
                        Operation.LIST_TASKS,
                        "'status':'TASK_STATE_WORKING'",
                        Given.RUNNING,
                        "",
                        "$TASK"),
                bad("list too many", Operation.LIST_TASKS, "'pageSize':101", "INVALID_REQUEST"),
                bad("list from nowhere", Operation.LIST_TASKS, "'pageToken':'x'", "INVALID_REQUEST"),
                of("cancel", Operation.CANCEL_TASK, task, Given.RUNNING, "", "TASK_STATE_CANCELED"),
                of("cancel what has ended", Operation.CANCEL_TASK, task, Given.ENDED, "TASK_NOT_CANCELABLE", ""),
                bad("cancel nobody's", Operation.CANCEL_TASK, "'id':'" + NOBODYS + "'", "TASK_NOT_FOUND"),
                of(
                        "subscribe to what has ended",
                        Operation.SUBSCRIBE_TO_TASK,
                        task,
                        Given.ENDED,
                        "UNSUPPORTED_OPERATION",
                        ""),
                bad("subscribe to nobody's", Operation.SUBSCRIBE_TO_TASK, "'id':'" + NOBODYS + "'", "TASK_NOT_FOUND"),
                of("create a config", Operation.CREATE_PUSH_CONFIG, config, Given.RUNNING, "", "receiver.example"),
                of(
                        "create one for what has ended",
                        Operation.CREATE_PUSH_CONFIG,
                        config,
                        Given.ENDED,
                        "UNSUPPORTED_OPERATION",
                        ""),
                of(
                        "create one without an address",
                        Operation.CREATE_PUSH_CONFIG,
                        ofTask,
                        Given.RUNNING,
                        "INVALID_REQUEST",
                        ""),
                of(
                        "create one with a header in a secret",
                        Operation.CREATE_PUSH_CONFIG,
                        ofTask + ",'url':'https://x.example/','token':'a\\nX-Y: z'",
                        Given.RUNNING,
                        "INVALID_REQUEST",
                        ""),
                bad(
                        "create one for nobody's task",
                        Operation.CREATE_PUSH_CONFIG,
                        config.replace("$TASK", NOBODYS),
                        "TASK_NOT_FOUND"),
                of("get a config", Operation.GET_PUSH_CONFIG, ofTask + ",'id':'c-1'", Given.WITH_CONFIG, "", "Bearer"),
                of(
                        "get no config",
                        Operation.GET_PUSH_CONFIG,
                        ofTask + ",'id':'c-2'",
                        Given.WITH_CONFIG,
                        "TASK_NOT_FOUND",
                        ""),
                of("list configs", Operation.LIST_PUSH_CONFIGS, ofTask, Given.WITH_CONFIG, "", "c-1"),
                of("delete a config", Operation.DELETE_PUSH_CONFIG, ofTask + ",'id':'c-1'", Given.WITH_CONFIG, "", ""),
                of(
                        "delete what is gone",
                        Operation.DELETE_PUSH_CONFIG,
                        ofTask + ",'id':'c-9'",
                        Given.WITH_CONFIG,
                        "",
                        ""),
                good("the gateway's extended card", Operation.GET_EXTENDED_AGENT_CARD, "", "acme/billing/"),
                good(
                        "an agent's extended card",
                        Operation.GET_EXTENDED_AGENT_CARD,
                        "'tenant':'acme/billing'",
                        "acme/billing"),
                bad("the card of nobody", Operation.GET_EXTENDED_AGENT_CARD, "'tenant':'acme/nobody'", "AGENT_UNKNOWN"),
                spoken("no version", Operation.GET_TASK, Map.of()),
                spoken("a version to come", Operation.SEND_MESSAGE, Map.of("A2A-Version", "2.0")),
                spoken("an old version", Operation.LIST_TASKS, Map.of("A2A-Version", "0.9")));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void saysTheSameInEachBinding(Case wanted) throws Exception {
        Map<String, Outcome> outcomes = new LinkedHashMap<>();
        for (Map.Entry<String, Binding> binding : bindings.entrySet()) {
            forget();
            edge.exchange.onAsk(task -> {
                if (task.message.need().intent().equals("finish")) {
                    task.work();
                    task.end(TaskStateName.COMPLETED, "done");
                }
            });
            String task = given(wanted.given());
            ObjectNode request = json(wanted.request().replace("$TASK", task).replace("$TEXT", "hello"));

            Outcome outcome = binding.getValue().call(wanted.operation(), request, wanted.headers());

            outcomes.put(binding.getKey(), anonymous(outcome));
        }

        Outcome first = outcomes.values().iterator().next();
        assertThat(first.trouble().reason())
                .as("%s", outcomes)
                .isEqualTo(wanted.expected().reason());
        assertThat(first.responses().toString() + first.trouble())
                .contains(wanted.expected().contains())
                .doesNotContain("s3cret")
                .doesNotContain("t0ken");
        assertThat(outcomes.values()).allSatisfy(other -> assertThat(other).isEqualTo(first));
    }

    private static Case good(String name, Operation operation, String request, String contains) {
        return of(name, operation, request, Given.NOTHING, "", contains);
    }

    private static Case bad(String name, Operation operation, String request, String reason) {
        return of(name, operation, request, Given.NOTHING, reason, "");
    }

    private static Case of(
            String name, Operation operation, String request, Given given, String reason, String contains) {
        return new Case(name, operation, request, given, SPOKEN, new Expected(reason, contains));
    }

    private static Case spoken(String name, Operation operation, Map<String, String> headers) {
        return new Case(name, operation, "", Given.NOTHING, headers, new Expected("VERSION_NOT_SUPPORTED", ""));
    }

    /** A task of the caller's, made through JSON-RPC. */
    private static String given(Given given) throws Exception {
        if (given == Given.NOTHING) {
            return NOBODYS;
        }
        bindings.get("JSONRPC")
                .call(
                        Operation.SEND_MESSAGE,
                        json("'message':{'messageId':'g','role':'ROLE_USER','parts':[{'text':'work'}]},"
                                + "'configuration':{'returnImmediately':true}"),
                        SPOKEN);
        FakeExchange.FakeTask task = edge.exchange.asked.take();
        task.work();
        if (given == Given.ENDED) {
            task.end(TaskStateName.COMPLETED, "done");
        } else if (given == Given.WITH_CONFIG) {
            bindings.get("HTTP+JSON")
                    .call(
                            Operation.CREATE_PUSH_CONFIG,
                            json("'taskId':'" + task.taskId()
                                    + "','id':'c-1','url':'https://receiver.example/hook','token':'t0ken','authentication':"
                                    + "{'scheme':'Bearer','credentials':'s3cret'}"),
                            SPOKEN);
        }
        return task.taskId();
    }

    private static ObjectNode json(String members) {
        return A2aJson.parse(("{" + members.replace('\'', '"') + "}").getBytes(StandardCharsets.UTF_8));
    }

    /** Each run has a task of its own: its id, and ids made of it, are the only things that may differ. */
    private static Outcome anonymous(Outcome outcome) throws Exception {
        List<Message> responses = new ArrayList<>();
        for (Message response : outcome.responses()) {
            Message.Builder builder = response.newBuilderForType();
            JsonFormat.parser().merge(anonymous(JsonFormat.printer().print(response)), builder);
            responses.add(builder.build());
        }
        Binding.Trouble trouble = outcome.trouble();
        return new Outcome(
                responses, new Binding.Trouble(trouble.reason(), trouble.domain(), anonymous(trouble.sentence())));
    }

    private static String anonymous(String text) {
        String result = text;
        for (FakeExchange.FakeTask task : edge.exchange.all()) {
            result = result.replace(task.taskId(), "$TASK");
        }
        return result.replaceAll(
                "\"id\": \"[0-9a-f]{8}-[0-9a-f]{4}-3[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\"", "\"id\": \"made\"");
    }
}
