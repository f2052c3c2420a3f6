package org.dmsc.bridge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.dmsc.bridge.mqtt.testing.Eventually;
import org.dmsc.bridge.mqtt.testing.FakeExchange.FakeTask;
import org.dmsc.bridge.mqtt.testing.Paho3;
import org.dmsc.bridge.mqtt.testing.Paho5;
import org.dmsc.bridge.mqtt.testing.SharedEdge;
import org.dmsc.bridge.mqtt.testing.SharedEdge.Edge;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.avro.TaskStateName;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A device that asks, goes away and comes back: what is its own waits for it, as long as its session lives. */
@ExtendWith(SharedEdge.class)
final class AwayTest {

    private final Edge edge;
    private final AgentRef agent;

    AwayTest(Edge edge) {
        this.edge = edge;
        this.agent = edge.agent("acme", "traveller");
    }

    @AfterEach
    void behave() {
        edge.exchange.behave(CompletableFuture::completedFuture);
    }

    @Test
    void answersThatCameWhileItWasAwayComeInOrderWhenItIsBack() throws Exception {
        List<String> tasks = new ArrayList<>();
        try (Paho5 device = connect(false)) {
            for (int i = 0; i < 3; i++) {
                tasks.add(ask(device, "SendMessage"));
            }
            gone(device);
        }
        tasks.forEach(id -> edge.exchange.task(id).update(TaskStateName.COMPLETED, "done", true));

        try (Paho5 back = connect(false)) {
            for (String task : tasks) {
                Paho5.Received reply = back.next();
                assertThat(reply.json().at("/result/task/id").asText()).isEqualTo(task);
                assertThat(new String(reply.properties().getCorrelationData())).isEqualTo(task);
            }
        }
    }

    @Test
    void aStreamGoesOnWhereTheDeviceAcknowledgedIt() throws Exception {
        String task;
        try (Paho5 device = connect(false)) {
            task = ask(device, "SendStreamingMessage");
            edge.exchange.task(task).update(TaskStateName.WORKING, "one", false);
            assertThat(device.next().json().at("/result/task/id").asText()).isEqualTo(task);
            assertThat(text(device.next().json())).isEqualTo("one");
            // Paho acknowledges after its callback: a request that is answered after that shows that it did.
            get(device, task);
            device.next();
            gone(device);
        }
        FakeTask open = edge.exchange.task(task);
        open.update(TaskStateName.WORKING, "two", false);
        open.update(TaskStateName.COMPLETED, "three", true);

        try (Paho5 back = connect(false)) {
            List<String> texts = new ArrayList<>();
            while (!texts.contains("three")) {
                JsonNode json = back.next().json();
                if (json.at("/result/statusUpdate").isObject()) {
                    texts.add(text(json));
                }
            }
            assertThat(texts).endsWith("two", "three");
        }
    }

    @Test
    void aFreshSessionForgetsWhatWaited() throws Exception {
        String before;
        try (Paho5 device = connect(false)) {
            before = ask(device, "SendMessage");
            gone(device);
        }
        edge.exchange.task(before).update(TaskStateName.COMPLETED, "done", true);

        try (Paho5 afresh = connect(true)) {
            String after = ask(afresh, "SendMessage");
            edge.exchange.task(after).update(TaskStateName.COMPLETED, "done", true);

            assertThat(afresh.next().json().at("/result/task/id").asText()).isEqualTo(after);
            assertThat(afresh.hasNothing()).isTrue();
        }
    }

    @Test
    void aDeviceOfMqtt311WithoutCleanSessionGetsItsAnswersWhenItIsBack() throws Exception {
        String task = UUID.randomUUID().toString();
        try (Paho3 device = connect3()) {
            device.publish(
                            "dmsc/v1/" + agent + "/out",
                            "{\"v\":1,\"type\":\"request\",\"id\":\"" + task
                                    + "\",\"body\":{\"message\":{\"parts\":[{\"text\":\"x\"}]}}}")
                    .waitForCompletion(20_000);
            device.cut();
            Eventually.isTrue("it is seen to be gone", () -> edge.edge.connectionsOf(agent) == 0);
        }
        edge.exchange.task(task).update(TaskStateName.COMPLETED, "done", true);

        try (Paho3 back = connect3()) {
            JsonNode reply = back.next();
            assertThat(reply.path("ref").asText()).isEqualTo(task);
            assertThat(reply.at("/body/task/status/state").asText()).isEqualTo("TASK_STATE_COMPLETED");
        }
    }

    private void gone(Paho5 device) throws Exception {
        device.cut();
        Eventually.isTrue("it is seen to be gone", () -> edge.edge.connectionsOf(agent) == 0);
    }

    private Paho5 connect(boolean fresh) throws Exception {
        Paho5 device = Paho5.connect(edge, ConnectingTest.id(agent), edge.tls(agent), options -> {
            options.setCleanStart(fresh);
            options.setSessionExpiryInterval(600L);
        });
        device.subscribe("$a2a/v1/reply/" + ConnectingTest.id(agent) + "/+");
        return device;
    }

    private Paho3 connect3() throws Exception {
        Paho3 device = Paho3.connect(
                edge, ConnectingTest.id(agent), edge.tls(agent), options -> options.setCleanSession(false));
        device.subscribe("dmsc/v1/" + agent + "/in");
        return device;
    }

    private String ask(Paho5 device, String method) throws Exception {
        String task = UUID.randomUUID().toString();
        send(
                device,
                task,
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method
                        + "\",\"params\":{\"message\":{\"messageId\":\"m\",\"taskId\":\"" + task
                        + "\",\"role\":\"ROLE_USER\",\"parts\":[{\"text\":\"x\"}]}}}");
        return task;
    }

    private void get(Paho5 device, String task) throws Exception {
        send(
                device,
                "get",
                "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"GetTask\",\"params\":{\"id\":\"" + task + "\"}}");
    }

    private void send(Paho5 device, String correlation, String call) throws Exception {
        MqttProperties properties = Paho5.properties("$a2a/v1/reply/" + ConnectingTest.id(agent) + "/r", correlation);
        device.publish("$a2a/v1/request/acme/main/gateway", call, false, properties)
                .waitForCompletion(20_000);
    }

    private static String text(JsonNode json) {
        return json.at("/result/statusUpdate/status/message/parts/0/text").asText();
    }
}
