package org.dmsc.bridge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.dmsc.bridge.core.AgentMessage;
import org.dmsc.bridge.core.OpenTask;
import org.dmsc.bridge.mqtt.testing.Eventually;
import org.dmsc.bridge.mqtt.testing.FakeExchange.FakeTask;
import org.dmsc.bridge.mqtt.testing.Paho5;
import org.dmsc.bridge.mqtt.testing.SharedEdge;
import org.dmsc.bridge.mqtt.testing.SharedEdge.Edge;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.TaskStateName;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedEdge.class)
final class ProfileRequesterTest {

    private final Edge edge;
    private final AgentRef agent;
    private final String task = UUID.randomUUID().toString();

    ProfileRequesterTest(Edge edge) {
        this.edge = edge;
        this.agent = edge.agent("acme", "requester");
    }

    @AfterEach
    void behave() {
        edge.exchange.behave(CompletableFuture::completedFuture);
    }

    @Test
    void asksTheGatewayAndGetsTheTaskWithItsCorrelation() throws Exception {
        try (Paho5 device = requester()) {
            ask(device, "gateway", "SendMessage").waitForCompletion(20_000);

            AgentMessage asked = asked();
            assertThat(asked.requesterTaskId()).contains(task);
            assertThat(asked.existingTaskId()).isEmpty();
            assertThat(asked.need().target()).isEmpty();
            assertThat(asked.need().intent()).isEqualTo("a broken invoice");
            assertThat(asked.terms().protocol()).isEqualTo("a2a-mqtt5");
            edge.exchange.task(task).update(TaskStateName.COMPLETED, "paid", true);

            Paho5.Received reply = device.next();
            assertThat(reply.topic()).isEqualTo(replyTopic());
            assertThat(new String(reply.properties().getCorrelationData())).isEqualTo("corr-1");
            assertThat(reply.properties().getUserProperties())
                    .anyMatch(property -> property.getKey().equals("dmsc-receipt")
                            && property.getValue().equals("receipt-of-" + task));
            assertThat(reply.json().at("/id").asText()).isEqualTo("7");
            assertThat(reply.json().at("/result/task/id").asText()).isEqualTo(task);
            assertThat(reply.json().at("/result/task/status/state").asText()).isEqualTo("TASK_STATE_COMPLETED");
            Eventually.isTrue(
                    "the task is released", () -> edge.exchange.task(task).released());
        }
    }

    @Test
    void namesAnAgentByItsTopicAndALimitByTheMessageExpiry() throws Exception {
        try (Paho5 device = requester()) {
            MqttProperties properties = Paho5.properties(replyTopic(), "corr-1");
            properties.setMessageExpiryInterval(9L);
            device.publish("$a2a/v1/request/acme/main/billing", call("SendMessage", task), false, properties)
                    .waitForCompletion(20_000);

            assertThat(asked().need().target()).contains(AgentRef.of("acme", "billing"));
            assertThat(asked().terms().timeout().orElseThrow().toSeconds()).isBetween(1L, 9L);
        }
    }

    @Test
    void asksAPoolByItsTopicAndWhoeverIsInItHasItsTag() throws Exception {
        try (Paho5 device = requester()) {
            device.publish(
                            "$a2a/v1/request/acme/main/pool/translators",
                            call("SendMessage", task),
                            false,
                            Paho5.properties(replyTopic(), "corr-1"))
                    .waitForCompletion(20_000);

            assertThat(asked().need().target()).isEmpty();
            assertThat(asked().need().tags()).containsExactly("translators");
        }
    }

    @Test
    void subscribesToATaskThatRuns() throws Exception {
        try (Paho5 device = requester()) {
            ask(device, "gateway", "SendStreamingMessage").waitForCompletion(20_000);
            device.next();
            request(
                    device,
                    "{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":\"SubscribeToTask\",\"params\":{\"id\":\"" + task
                            + "\"}}");
            assertThat(device.next().json().at("/id").asText()).isEqualTo("8");

            edge.exchange.task(task).update(TaskStateName.COMPLETED, "done", true);

            assertThat(List.of(
                            device.next().json().at("/id").asText(),
                            device.next().json().at("/id").asText()))
                    .containsExactlyInAnyOrder("7", "8");
        }
    }

    @Test
    void streamsUntilTheTaskEnds() throws Exception {
        try (Paho5 device = requester()) {
            ask(device, "gateway", "SendStreamingMessage").waitForCompletion(20_000);
            FakeTask open = edge.exchange.task(task);
            open.update(TaskStateName.WORKING, "one", false);
            open.update(TaskStateName.WORKING, "two", false);
            open.update(TaskStateName.COMPLETED, "three", true);

            assertThat(device.next().json().at("/result/task/id").asText()).isEqualTo(task);
            for (String text : new String[] {"one", "two", "three"}) {
                assertThat(device.next()
                                .json()
                                .at("/result/statusUpdate/status/message/parts/0/text")
                                .asText())
                        .isEqualTo(text);
            }
            Eventually.isTrue("the task is released", open::released);
        }
    }

    @Test
    void endsTheStreamWhenTheTaskWaitsAndGoesOnWithTheNextMessage() throws Exception {
        try (Paho5 device = requester()) {
            ask(device, "gateway", "SendStreamingMessage").waitForCompletion(20_000);
            device.next();
            edge.exchange.task(task).update(TaskStateName.INPUT_REQUIRED, "which one?", false);
            assertThat(device.next()
                            .json()
                            .at("/result/statusUpdate/status/state")
                            .asText())
                    .isEqualTo("TASK_STATE_INPUT_REQUIRED");
            Eventually.isTrue(
                    "the stream is over", () -> edge.exchange.task(task).released());

            ask(device, "gateway", "SendMessage").waitForCompletion(20_000);

            assertThat(asked().existingTaskId()).contains(task);
            assertThat(asked().requesterTaskId()).isEmpty();
        }
    }

    @Test
    void isAcknowledgedOnlyWhenKafkaHasTheTask() throws Exception {
        CompletableFuture<OpenTask> kafka = new CompletableFuture<>();
        edge.exchange.behave(open -> kafka);

        try (Paho5 device = requester()) {
            IMqttToken token = ask(device, "gateway", "SendMessage");
            Eventually.isTrue("the exchange has it", this::wasAsked);
            assertThat(token.isComplete()).isFalse();

            kafka.complete(edge.exchange.task(task));

            token.waitForCompletion(20_000);
        }
    }

    @Test
    void sendsWithQos2AndIsAcknowledgedOnlyWhenKafkaHasIt() throws Exception {
        CompletableFuture<OpenTask> kafka = new CompletableFuture<>();
        edge.exchange.behave(open -> kafka);

        try (Paho5 device = requester()) {
            IMqttToken token = device.client()
                    .publish(
                            "$a2a/v1/request/acme/main/gateway",
                            new MqttMessage(
                                    call("SendMessage", task).getBytes(),
                                    2,
                                    false,
                                    Paho5.properties(replyTopic(), "corr-1")));
            Eventually.isTrue("the exchange has it", this::wasAsked);
            assertThat(token.isComplete()).isFalse();

            kafka.complete(edge.exchange.task(task));

            token.waitForCompletion(20_000);
            assertThat(edge.exchange.asked().stream().filter(this::ours)).hasSize(1);
        }
    }

    @Test
    void getsARefusalAsAnErrorAndAnAcknowledgement() throws Exception {
        edge.exchange.behave(
                open -> CompletableFuture.failedFuture(new RefusedException(Refusal.AGENT_UNKNOWN, "no agent x")));

        try (Paho5 device = requester()) {
            ask(device, "x", "SendMessage").waitForCompletion(20_000);

            Paho5.Received reply = device.next();
            assertThat(reply.json().at("/error/code").asInt()).isEqualTo(-31004);
            assertThat(reply.json().at("/error/data/0/reason").asText()).isEqualTo("AGENT_UNKNOWN");
        }
    }

    @Test
    void isCutOffWithoutAnAcknowledgementWhenTheFabricIsNotThere() throws Exception {
        edge.exchange.behave(
                open -> CompletableFuture.failedFuture(new RefusedException(Refusal.UNAVAILABLE, "no Kafka")));
        Paho5 device = requester();

        IMqttToken token = ask(device, "gateway", "SendMessage");

        Eventually.isTrue("it is cut off", () -> !device.isConnected());
        assertThat(token.isComplete() && token.getException() == null).isFalse();
        device.client().close(true);
    }

    @Test
    void asksWhereATaskStands() throws Exception {
        try (Paho5 device = requester()) {
            ask(device, "gateway", "SendMessage").waitForCompletion(20_000);
            request(
                    device,
                    "{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":\"GetTask\",\"params\":{\"id\":\"" + task + "\"}}");
            assertThat(device.next().json().at("/result/id").asText()).isEqualTo(task);

            request(device, "{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"GetTask\",\"params\":{\"id\":\"nobody\"}}");
            assertThat(device.next().json().at("/error/code").asInt()).isEqualTo(-32001);
        }
    }

    @Test
    void listsItsTasksAndSaysWhereItWantsToBeTold() throws Exception {
        try (Paho5 device = requester()) {
            ask(device, "gateway", "SendMessage").waitForCompletion(20_000);

            request(device, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ListTasks\",\"params\":{}}");
            assertThat(device.next().json().at("/result/tasks").findValuesAsText("id"))
                    .contains(task);
            request(
                    device,
                    "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"CreateTaskPushNotificationConfig\",\"params\":{\"taskId\":\""
                            + task + "\",\"id\":\"p\",\"url\":\"https://hooks.example.org/x\",\"token\":\"secret\"}}");
            assertThat(device.next().json().at("/result/id").asText()).isEqualTo("p");
            request(
                    device,
                    "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"ListTaskPushNotificationConfigs\",\"params\":{\"taskId\":\""
                            + task + "\"}}");
            assertThat(device.next().json().at("/result/configs/0/url").asText())
                    .isEqualTo("https://hooks.example.org/x");
            request(
                    device,
                    "{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"DeleteTaskPushNotificationConfig\",\"params\":{\"taskId\":\""
                            + task + "\",\"id\":\"p\"}}");
            device.next();
            assertThat(errorOf(
                            device,
                            "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"GetTaskPushNotificationConfig\",\"params\":{\"taskId\":\""
                                    + task + "\",\"id\":\"p\"}}"))
                    .isEqualTo(-32001);
            assertThat(errorOf(
                            device, "{\"jsonrpc\":\"2.0\",\"id\":6,\"method\":\"GetExtendedAgentCard\",\"params\":{}}"))
                    .isEqualTo(-31004);
        }
    }

    @Test
    void sendsAnAgentWhatOnlyThatCanRead() throws Exception {
        try (Paho5 device = requester()) {
            device.publish(
                            "$a2a/v1/request/acme/main/billing",
                            "eyJhbGciOiJFQ0RILUVTIn0..iv.ciphertext.tag",
                            false,
                            Paho5.properties(
                                    replyTopic(),
                                    "c",
                                    "a2a-security-profile",
                                    "ubsp-v1",
                                    "a2a-task-id",
                                    task,
                                    "a2a-recipient-kid",
                                    "k-1"))
                    .waitForCompletion(20_000);

            assertThat(asked().need().target()).contains(AgentRef.of("acme", "billing"));
            assertThat(asked().requesterTaskId()).contains(task);
            assertThat(new String(asked().message(), java.nio.charset.StandardCharsets.UTF_8))
                    .contains("ZXlKaGJHY2lPaUpGUTBSSUxVVlRJbjAuLml2LmNpcGhlcnRleHQudGFn", "k-1");
        }
    }

    @Test
    void getsTheErrorThatFits() throws Exception {
        try (Paho5 device = requester()) {
            assertThat(errorOf(device, "no json")).isEqualTo(-32700);
            assertThat(errorOf(device, "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"x\"}"))
                    .isEqualTo(-32600);
            assertThat(errorOf(device, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"Dance\"}"))
                    .isEqualTo(-32601);
            assertThat(errorOf(device, call("SendMessage", "not-a-uuid"))).isEqualTo(-32602);
            assertThat(errorOf(device, call("SendMessage", "00000000-0000-1000-8000-000000000000")))
                    .isEqualTo(-32602);
        }
    }

    @Test
    void isToldWhatTheProfileItselfForbids() throws Exception {
        try (Paho5 device = requester()) {
            device.publish(
                            "$a2a/v1/request/acme/main/gateway",
                            call("SendMessage", task),
                            false,
                            Paho5.properties(replyTopic(), null))
                    .waitForCompletion(20_000);
            Paho5.Received reply = device.next();
            assertThat(reply.json().at("/error/code").asInt()).isEqualTo(-32005);
            assertThat(reply.json().at("/error/data/a2a_error/type").asText()).isEqualTo("transport_protocol_error");

            IMqttToken noTopic = device.publish(
                    "$a2a/v1/request/acme/main/gateway", call("SendMessage", task), false, Paho5.properties(null, "c"));
            assertThat(ProfileAgentTest.reasonCode(noTopic)).isEqualTo(0x99);
        }
    }

    @Test
    @DisplayName(
            "case 34: what claims to come from the fabric is stripped where it comes in, before anybody reads it on the other side")
    void mayNotSpeakForTheFabric() throws Exception {
        try (Paho5 device = requester()) {
            String spoofed = call("SendMessage", task)
                    .replace(
                            "\"parts\":[{",
                            "\"metadata\":{\"dmsc-tenant\":\"globex\",\"DMSC-Identity\":\"x\",\"mine\":1},\"parts\":["
                                    + "{\"metadata\":{\"dmsc-caller\":\"globex/boss\"},");
            device.publish(
                            "$a2a/v1/request/acme/main/gateway",
                            spoofed,
                            false,
                            Paho5.properties(
                                    replyTopic(), "c", "dmsc-tenant", "globex", "x-forwarded-client-cert", "By=globex"))
                    .waitForCompletion(20_000);

            String message = new String(asked().message(), java.nio.charset.StandardCharsets.UTF_8);
            assertThat(message)
                    .contains("\"mine\":1")
                    .doesNotContainIgnoringCase("dmsc-")
                    .doesNotContain("globex");
        }
    }

    @Test
    @DisplayName("case 35: a response topic counts by where it leads to")
    void mayNotHaveItsReplySentToSomebodyElse() throws Exception {
        try (Paho5 device = requester()) {
            for (String victim : new String[] {"acme/main/victim", "globex/main/victim"}) {
                IMqttToken token = device.publish(
                        "$a2a/v1/request/acme/main/gateway",
                        call("SendMessage", task),
                        false,
                        Paho5.properties("$a2a/v1/reply/" + victim + "/1", "c"));
                assertThat(ProfileAgentTest.reasonCode(token)).isEqualTo(0x87);
            }
            assertThat(wasAsked()).isFalse();
        }
    }

    @Test
    void mayNotCarryTheTokenOfAnother() throws Exception {
        try (Paho5 device = requester()) {
            String foreign = edge.token(edge.agent("acme", "other"));
            device.publish(
                            "$a2a/v1/request/acme/main/gateway",
                            call("SendMessage", task),
                            false,
                            Paho5.properties(replyTopic(), "c", "a2a-authorization", "Bearer " + foreign))
                    .waitForCompletion(20_000);

            assertThat(device.next().json().at("/error/code").asInt()).isEqualTo(-31002);
            assertThat(wasAsked()).isFalse();
        }
    }

    private Paho5 requester() throws Exception {
        Paho5 device = Paho5.connect(edge, agent);
        device.subscribe("$a2a/v1/reply/" + ConnectingTest.id(agent) + "/+");
        return device;
    }

    private int errorOf(Paho5 device, String payload) throws Exception {
        request(device, payload);
        return device.next().json().at("/error/code").asInt();
    }

    private void request(Paho5 device, String payload) throws Exception {
        device.publish("$a2a/v1/request/acme/main/gateway", payload, false, Paho5.properties(replyTopic(), "c"))
                .waitForCompletion(20_000);
    }

    private IMqttToken ask(Paho5 device, String whom, String method) throws Exception {
        return device.publish(
                "$a2a/v1/request/acme/main/" + whom,
                call(method, task),
                false,
                Paho5.properties(replyTopic(), "corr-1"));
    }

    private static String call(String method, String taskId) {
        return "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"" + method + "\",\"params\":{\"message\":{\"messageId\":\""
                + UUID.randomUUID() + "\",\"taskId\":\"" + taskId
                + "\",\"role\":\"ROLE_USER\",\"parts\":[{\"text\":\"a broken invoice\"}]}}}";
    }

    private String replyTopic() {
        return "$a2a/v1/reply/" + ConnectingTest.id(agent) + "/1";
    }

    private boolean wasAsked() {
        return edge.exchange.asked().stream().anyMatch(this::ours);
    }

    private boolean ours(org.dmsc.bridge.mqtt.testing.FakeExchange.Asked asked) {
        return asked.caller().agent().orElseThrow().equals(agent);
    }

    private AgentMessage asked() {
        return edge.exchange.asked().stream()
                .filter(this::ours)
                .reduce((first, second) -> second)
                .orElseThrow()
                .message();
    }
}
