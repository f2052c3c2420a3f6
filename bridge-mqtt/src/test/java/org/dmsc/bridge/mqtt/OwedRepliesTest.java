package org.dmsc.bridge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.dmsc.bridge.mqtt.broker.BrokerSettings;
import org.dmsc.bridge.mqtt.testing.Eventually;
import org.dmsc.bridge.mqtt.testing.FakeExchange.Asked;
import org.dmsc.bridge.mqtt.testing.FakeExchange.FakeTask;
import org.dmsc.bridge.mqtt.testing.Paho3;
import org.dmsc.bridge.mqtt.testing.Paho5;
import org.dmsc.bridge.mqtt.testing.SharedEdge;
import org.dmsc.bridge.mqtt.testing.SharedEdge.Edge;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.TaskStateName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A device asks at one gateway and comes back to another: what it waits for is given there, once. */
@ExtendWith(SharedEdge.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OwedRepliesTest {

    private Edge edge;
    private MqttEdge second;
    private AgentRef agent;

    @BeforeAll
    void start(Edge shared, @TempDir Path folder) {
        edge = shared;
        second = new MqttEdge(shared.parts(
                new BrokerSettings("127.0.0.1", 0, OptionalInt.empty(), folder.toAbsolutePath(), 1_000_000, 100)));
        second.start();
    }

    @AfterAll
    void stop() {
        second.close();
    }

    @BeforeEach
    void name() {
        agent = edge.agent("acme", "wanderer");
    }

    @AfterEach
    void behave() {
        edge.exchange.behave(CompletableFuture::completedFuture);
    }

    @Test
    void answersOfTheOneComeInOrderFromTheOther() throws Exception {
        List<String> tasks = new ArrayList<>();
        try (Paho5 device = five(edge.edge, false)) {
            for (int i = 0; i < 3; i++) {
                tasks.add(ask(device, "SendMessage"));
            }
            gone(device);
        }
        edge.exchange.task(tasks.get(0)).update(TaskStateName.COMPLETED, "done", true);
        edge.exchange.task(tasks.get(1)).update(TaskStateName.COMPLETED, "done", true);

        try (Paho5 back = five(second, false)) {
            for (String task : tasks.subList(0, 2)) {
                requireAnswer(back.next(), task);
            }
            edge.exchange.task(tasks.get(2)).update(TaskStateName.COMPLETED, "done", true);
            requireAnswer(back.next(), tasks.get(2));
            Eventually.isTrue(
                    "nothing is owed any more", () -> edge.owed.of(agent).isEmpty());
        }

        try (Paho5 again = five(edge.edge, false)) {
            String later = ask(again, "SendMessage");
            edge.exchange.task(later).update(TaskStateName.COMPLETED, "done", true);
            requireAnswer(again.next(), later);
        }
    }

    @Test
    void aStreamIsGivenFromItsBeginningToItsEnd() throws Exception {
        String task;
        try (Paho5 device = five(edge.edge, false)) {
            task = ask(device, "SendStreamingMessage");
            device.next();
            gone(device);
        }
        FakeTask open = edge.exchange.task(task);
        open.update(TaskStateName.WORKING, "one", false);
        open.update(TaskStateName.COMPLETED, "two", true);

        try (Paho5 back = five(second, false)) {
            List<String> texts = new ArrayList<>();
            while (!texts.contains("two")) {
                texts.add(back.next()
                        .json()
                        .at("/result/statusUpdate/status/message/parts/0/text")
                        .asText());
            }
            assertThat(texts).containsExactly("", "one", "two");
        }
    }

    @Test
    void aDeviceOfMqtt311GetsItsAnswerAtTheOther() throws Exception {
        String task = UUID.randomUUID().toString();
        try (Paho3 device = three(edge.edge)) {
            device.publish(
                            "dmsc/v1/" + agent + "/out",
                            "{\"v\":1,\"type\":\"request\",\"id\":\"" + task
                                    + "\",\"body\":{\"message\":{\"parts\":[{\"text\":\"x\"}]}}}")
                    .waitForCompletion(20_000);
            device.cut();
            Eventually.isTrue("it is seen to be gone", () -> edge.edge.connectionsOf(agent) == 0);
        }
        edge.exchange.task(task).update(TaskStateName.COMPLETED, "done", true);

        try (Paho3 back = three(second)) {
            JsonNode reply = back.next();
            assertThat(reply.path("type").asText()).isEqualTo("reply");
            assertThat(reply.path("ref").asText()).isEqualTo(task);
            assertThat(reply.at("/body/task/status/state").asText()).isEqualTo("TASK_STATE_COMPLETED");
        }
    }

    @Test
    void whoBeginsAfreshAtTheOtherIsOwedNothing() throws Exception {
        try (Paho5 device = five(edge.edge, false)) {
            ask(device, "SendMessage");
            gone(device);
        }
        assertThat(edge.owed.of(agent)).hasSize(1);

        try (Paho5 afresh = five(second, true)) {
            String after = ask(afresh, "SendMessage");
            edge.exchange.task(after).update(TaskStateName.COMPLETED, "done", true);
            requireAnswer(afresh.next(), after);
        }
        Eventually.isTrue("nothing is owed any more", () -> edge.owed.of(agent).isEmpty());
    }

    @Test
    void aTaskThatWaitsForTheDeviceGoesOnAtTheOther() throws Exception {
        String task;
        try (Paho5 device = five(edge.edge, false)) {
            task = ask(device, "SendStreamingMessage");
            device.next();
            edge.exchange.task(task).update(TaskStateName.INPUT_REQUIRED, "which one?", false);
            device.next();
        }

        try (Paho5 back = five(second, false)) {
            send(back, "SendMessage", task);

            assertThat(edge.exchange.asked().stream()
                            .map(Asked::message)
                            .filter(message -> message.existingTaskId().equals(Optional.of(task))))
                    .hasSize(1);
        }
    }

    @Test
    void aRefusalIsPaidWhenItWasHeard() throws Exception {
        edge.exchange.behave(task ->
                CompletableFuture.failedFuture(new RefusedException(Refusal.OVERLOADED, "too much (expected less)")));

        try (Paho5 device = five(edge.edge, false)) {
            ask(device, "SendMessage");
            assertThat(device.next().json().at("/error/code").asInt()).isEqualTo(-32004);
            Eventually.isTrue(
                    "nothing is owed any more", () -> edge.owed.of(agent).isEmpty());
        }
    }

    @Test
    void aDeviceWithoutASessionIsOwedNothing() throws Exception {
        try (Paho5 device = Paho5.connect(edge, agent)) {
            device.subscribe("$a2a/v1/reply/" + ConnectingTest.id(agent) + "/+");
            ask(device, "SendMessage");

            assertThat(edge.owed.of(agent)).isEmpty();
        }
    }

    private static void requireAnswer(Paho5.Received reply, String task) {
        assertThat(reply.json().at("/result/task/id").asText()).isEqualTo(task);
        assertThat(reply.json().path("id").asInt()).isEqualTo(1);
        assertThat(new String(reply.properties().getCorrelationData())).isEqualTo(task);
    }

    private void gone(Paho5 device) throws Exception {
        device.cut();
        Eventually.isTrue("it is seen to be gone", () -> edge.edge.connectionsOf(agent) == 0);
    }

    private Paho5 five(MqttEdge at, boolean fresh) throws Exception {
        Paho5 device =
                Paho5.connect("ssl://localhost:" + at.port(), ConnectingTest.id(agent), edge.tls(agent), options -> {
                    options.setCleanStart(fresh);
                    options.setSessionExpiryInterval(600L);
                });
        device.subscribe("$a2a/v1/reply/" + ConnectingTest.id(agent) + "/+");
        return device;
    }

    private Paho3 three(MqttEdge at) throws Exception {
        Paho3 device = Paho3.connect(
                "ssl://localhost:" + at.port(),
                ConnectingTest.id(agent),
                edge.tls(agent),
                options -> options.setCleanSession(false));
        device.subscribe("dmsc/v1/" + agent + "/in");
        return device;
    }

    private String ask(Paho5 device, String method) throws Exception {
        String task = UUID.randomUUID().toString();
        send(device, method, task);
        return task;
    }

    private void send(Paho5 device, String method, String task) throws Exception {
        String call = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method
                + "\",\"params\":{\"message\":{\"messageId\":\"m\",\"taskId\":\"" + task
                + "\",\"role\":\"ROLE_USER\",\"parts\":[{\"text\":\"x\"}]}}}";
        device.publish(
                        "$a2a/v1/request/acme/main/gateway",
                        call,
                        false,
                        Paho5.properties("$a2a/v1/reply/" + ConnectingTest.id(agent) + "/r", task))
                .waitForCompletion(20_000);
    }
}
