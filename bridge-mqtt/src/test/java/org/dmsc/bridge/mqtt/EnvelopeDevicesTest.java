package org.dmsc.bridge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.dmsc.bridge.core.AgentMessage;
import org.dmsc.bridge.core.DeliveryOrder;
import org.dmsc.bridge.core.OpenTask;
import org.dmsc.bridge.mqtt.testing.Eventually;
import org.dmsc.bridge.mqtt.testing.FakeExchange.FakeTask;
import org.dmsc.bridge.mqtt.testing.FakeSink;
import org.dmsc.bridge.mqtt.testing.Paho3;
import org.dmsc.bridge.mqtt.testing.SharedEdge;
import org.dmsc.bridge.mqtt.testing.SharedEdge.Edge;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.AgentChannel;
import org.dmsc.schemas.avro.AgentHealth;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.TaskStateName;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedEdge.class)
final class EnvelopeDevicesTest {

    private static final String CARD = """
            {"name":"sensor","description":"measures","skills":[{"id":"temperature","name":"T","tags":["sensor"]}]}""";

    private final Edge edge;
    private final AgentRef agent;
    private final String task = UUID.randomUUID().toString();

    EnvelopeDevicesTest(Edge edge) {
        this.edge = edge;
        this.agent = edge.agent("acme", "sensor");
    }

    @AfterEach
    void behave() {
        edge.exchange.behave(CompletableFuture::completedFuture);
    }

    @Test
    void registersHeartbeatsAndUnregisters() throws Exception {
        try (Paho3 device = device()) {
            send(device, "register", "\"id\":\"r1\",\"body\":{\"card\":" + CARD + ",\"dmsc\":{\"capacity\":7}}");
            JsonNode ack = device.next();
            assertThat(ack.path("type").asText()).isEqualTo("ack");
            assertThat(ack.path("ref").asText()).isEqualTo("r1");
            assertThat(edge.reports.registration(agent).getChannel()).isEqualTo(AgentChannel.MQTT311);
            assertThat(edge.reports.registration(agent).getCapacity()).isEqualTo(7);

            send(device, "heartbeat", "\"id\":\"h1\",\"body\":{\"cpu\":0.5}");
            send(device, "unregister", "\"id\":\"u1\"");
            assertThat(device.next().path("ref").asText()).isEqualTo("u1");
        }
        assertThat(edge.reports.of(agent)).containsExactly("register present", "heartbeat 0.5 0", "unregister");
    }

    @Test
    void getsATaskAndAnswersInShort() throws Exception {
        FakeSink sink = new FakeSink();
        try (Paho3 device = device()) {
            DeliveryOrder order = edge.order(register(device), "how cold?");
            edge.edge.link().deliver(order, sink);
            JsonNode request = device.next();

            assertThat(request.path("type").asText()).isEqualTo("request");
            assertThat(request.path("id").asText()).isEqualTo(order.delivery().getDeliveryId());
            assertThat(request.at("/body/message/parts/0/text").asText()).isEqualTo("how cold?");
            assertThat(request.at("/body/message/taskId").asText())
                    .isEqualTo(order.delivery().getTaskId());
            Eventually.isTrue("its PUBACK was seen", () -> sink.lines().contains("delivered"));
            String ref = "\"ref\":\"" + order.delivery().getDeliveryId() + "\"";
            send(device, "event", "\"id\":\"e1\"," + ref + ",\"body\":{\"text\":\"measuring\"}");
            send(device, "reply", "\"id\":\"e2\"," + ref + ",\"body\":{\"text\":\"-18.4\"}");

            assertThat(sink.lines().get(1)).startsWith("update WORKING").contains("measuring");
            assertThat(sink.lines().get(2)).startsWith("update COMPLETED").contains("-18.4");
            send(device, "reply", "\"id\":\"e3\"," + ref + ",\"body\":{\"text\":\"again\"}");
            assertThat(device.next().at("/body/reason").asText()).isEqualTo("TASK_NOT_FOUND");
            assertThat(sink.lines()).hasSize(3);
        }
    }

    @Test
    void saysThatItCannotDoATaskAndIsToldWhenOneIsCancelled() throws Exception {
        FakeSink sink = new FakeSink();
        try (Paho3 device = device()) {
            AgentSnapshot snapshot = register(device);
            DeliveryOrder order = edge.order(snapshot, "x");
            edge.edge.link().deliver(order, sink);
            device.next();
            send(
                    device,
                    "error",
                    "\"id\":\"x1\",\"ref\":\"" + order.delivery().getDeliveryId()
                            + "\",\"body\":{\"message\":\"battery low\"}");
            assertThat(sink.lines().get(sink.lines().size() - 1))
                    .startsWith("failed AGENT_FAILED CERTAIN")
                    .contains("battery low");

            DeliveryOrder second = edge.order(snapshot, "y");
            edge.edge.link().deliver(second, new FakeSink());
            device.next();
            edge.edge.link().cancel(second.delivery());
            JsonNode cancel = device.next();
            assertThat(cancel.path("type").asText()).isEqualTo("cancel");
            assertThat(cancel.path("ref").asText()).isEqualTo(second.delivery().getDeliveryId());
        }
    }

    @Test
    void losesItsTaskWithItsConnection() throws Exception {
        FakeSink sink = new FakeSink();
        Paho3 device = device();
        edge.edge.link().deliver(edge.order(register(device), "x"), sink);
        device.next();
        Eventually.isTrue("it has the task", () -> sink.lines().contains("delivered"));

        device.cut();

        Eventually.isTrue("the attempt ended", () -> sink.lines().size() == 2);
        assertThat(sink.lines().get(1)).startsWith("failed AGENT_LOST UNCERTAIN");
        Eventually.isTrue("it is absent", () -> edge.reports.of(agent).contains("absent"));
    }

    @Test
    void asksAndGetsAReply() throws Exception {
        try (Paho3 device = device()) {
            request(device, "");
            AgentMessage asked = asked();
            assertThat(asked.requesterTaskId()).contains(task);
            assertThat(asked.messageId()).isEqualTo(task);
            assertThat(asked.terms().protocol()).isEqualTo("dmsc-mqtt311");
            edge.exchange.task(task).update(TaskStateName.COMPLETED, "done", true);

            JsonNode reply = device.next();
            assertThat(reply.path("type").asText()).isEqualTo("reply");
            assertThat(reply.path("ref").asText()).isEqualTo(task);
            assertThat(reply.path("receipt").asText()).isEqualTo("receipt-of-" + task);
            assertThat(reply.at("/body/task/status/state").asText()).isEqualTo("TASK_STATE_COMPLETED");
        }
    }

    @Test
    void asksForAStreamAndForWhereItStands() throws Exception {
        try (Paho3 device = device()) {
            request(device, ",\"operation\":\"SendStreamingMessage\",\"to\":\"billing\",\"timeoutMs\":5000");
            FakeTask open = edge.exchange.task(task);
            open.update(TaskStateName.WORKING, "one", false);
            open.update(TaskStateName.COMPLETED, "two", true);

            assertThat(asked().need().target()).contains(AgentRef.of("acme", "billing"));
            assertThat(asked().terms().timeout().orElseThrow().toMillis()).isEqualTo(5000);
            JsonNode first = device.next();
            assertThat(first.at("/body/task/id").asText()).isEqualTo(task);
            assertThat(first.path("receipt").asText()).isEqualTo("receipt-of-" + task);
            assertThat(device.next().path("last").asBoolean()).isFalse();
            JsonNode last = device.next();
            assertThat(last.has("receipt")).isFalse();
            assertThat(last.path("last").asBoolean()).isTrue();
            assertThat(last.at("/body/statusUpdate/status/state").asText()).isEqualTo("TASK_STATE_COMPLETED");
            send(device, "request", "\"id\":\"g1\",\"operation\":\"GetTask\",\"body\":{\"id\":\"" + task + "\"}");
            JsonNode stands = device.next();
            assertThat(stands.at("/body/task/id").asText()).isEqualTo(task);
            assertThat(stands.has("receipt"))
                    .as("a question about a task is no task")
                    .isFalse();
        }
    }

    @Test
    void isAcknowledgedOnlyWhenKafkaHasTheTaskWithQos1AndQos2() throws Exception {
        CompletableFuture<OpenTask> kafka = new CompletableFuture<>();
        edge.exchange.behave(open -> kafka);
        try (Paho3 device = device()) {
            String second = UUID.randomUUID().toString();
            IMqttDeliveryToken one = device.publish(out(), ask(task, ""), 1);
            IMqttDeliveryToken two = device.publish(out(), ask(second, ""), 2);
            Eventually.isTrue("the exchange has the first", () -> edge.exchange.task(task) != null);
            assertThat(one.isComplete()).isFalse();
            assertThat(two.isComplete()).isFalse();

            kafka.complete(edge.exchange.task(task));

            one.waitForCompletion(20_000);
            two.waitForCompletion(20_000);
        }
    }

    @Test
    void isCutOffWithoutAnAcknowledgementWhenKafkaDoesNotTakeIt() throws Exception {
        edge.exchange.behave(
                open -> CompletableFuture.failedFuture(new RefusedException(Refusal.UNAVAILABLE, "no Kafka")));
        for (int qos : new int[] {1, 2}) {
            Paho3 device = device();
            IMqttDeliveryToken token =
                    device.publish(out(), ask(UUID.randomUUID().toString(), ""), qos);

            assertThat(device.lost()).isNotNull();
            assertThat(token.isComplete() && token.getException() == null).isFalse();
            device.client().close(true);
        }
    }

    @Test
    void getsTheErrorThatFits() throws Exception {
        try (Paho3 device = device()) {
            assertThat(errorOf(device, "no json")).isEqualTo("MALFORMED_JSON");
            assertThat(errorOf(device, "{\"v\":2,\"type\":\"request\",\"id\":\"1\"}"))
                    .isEqualTo("INVALID_REQUEST");
            assertThat(errorOf(device, "{\"v\":1,\"type\":\"dance\",\"id\":\"1\"}"))
                    .isEqualTo("UNKNOWN_OPERATION");
            assertThat(
                            errorOf(
                                    device,
                                    "{\"v\":1,\"type\":\"request\",\"id\":\"1\",\"body\":{\"message\":{\"parts\":[{\"text\":\"x\"}]}}}"))
                    .isEqualTo("INVALID_REQUEST");
            assertThat(errorOf(device, "{\"v\":1,\"type\":\"request\",\"id\":\"1\",\"operation\":\"ListAgents\"}"))
                    .isEqualTo("UNKNOWN_OPERATION");
            assertThat(errorOf(
                            device,
                            "{\"v\":1,\"type\":\"reply\",\"id\":\"1\",\"ref\":\"none\",\"body\":{\"text\":\"x\"}}"))
                    .isEqualTo("TASK_NOT_FOUND");
            assertThat(errorOf(device, "{\"v\":1,\"type\":\"register\",\"id\":\"1\",\"body\":{\"name\":\"x\"}}"))
                    .isEqualTo("INVALID_REQUEST");
            assertThat(device.client().isConnected()).isTrue();
        }
    }

    @Test
    void isCutOffOnForeignTopicsAndNothingHappens() throws Exception {
        for (String topic : new String[] {
            "dmsc/v1/globex/victim/out",
            "dmsc/v1/acme/victim/out",
            in(),
            "$a2a/v1/request/acme/main/gateway",
            "anything"
        }) {
            Paho3 device = device();
            device.publish(topic, ask(task, ""));

            assertThat(device.lost()).as(topic).isNotNull();
            device.client().close(true);
        }
        assertThat(edge.exchange.asked())
                .noneMatch(asked -> asked.caller().agent().orElseThrow().equals(agent));
        assertThat(edge.audit.saw(Refusal.CROSS_TENANT, agent.agent().value(), "dmsc/v1/globex/victim/out"))
                .isTrue();
        assertThat(edge.audit.saw(Refusal.NOT_PERMITTED, agent.agent().value(), "dmsc/v1/acme/victim/out"))
                .isTrue();
    }

    @Test
    void repliesToTheConnectionThatSubscribed() throws Exception {
        try (Paho3 listening = device();
                Paho3 publishing =
                        Paho3.connect(edge, ConnectingTest.id(agent) + "/pub", edge.tls(agent), options -> {})) {
            publishing.publish(out(), ask(task, "")).waitForCompletion(20_000);
            edge.exchange.task(task).update(TaskStateName.COMPLETED, "done", true);

            assertThat(listening.next().path("ref").asText()).isEqualTo(task);
        }
    }

    private AgentSnapshot register(Paho3 device) throws Exception {
        send(device, "register", "\"id\":\"r1\",\"body\":" + CARD);
        device.next();
        return edge.directory.agents.put(agent, edge.reports.registration(agent), AgentHealth.UP);
    }

    private Paho3 device() throws Exception {
        Paho3 device = Paho3.connect(edge, agent);
        device.subscribe(in());
        return device;
    }

    private void request(Paho3 device, String more) throws Exception {
        device.publish(out(), ask(task, more)).waitForCompletion(20_000);
    }

    private static String ask(String id, String more) {
        return "{\"v\":1,\"type\":\"request\",\"id\":\"" + id + "\"" + more
                + ",\"body\":{\"message\":{\"parts\":[{\"text\":\"why?\"}]}}}";
    }

    private String errorOf(Paho3 device, String payload) throws Exception {
        device.publish(out(), payload).waitForCompletion(20_000);
        JsonNode error = device.next();
        assertThat(error.path("type").asText()).isEqualTo("error");
        return error.at("/body/reason").asText();
    }

    private void send(Paho3 device, String type, String members) throws Exception {
        device.publish(out(), "{\"v\":1,\"type\":\"" + type + "\"," + members + "}")
                .waitForCompletion(20_000);
    }

    private AgentMessage asked() {
        return edge.exchange.asked().stream()
                .filter(asked -> asked.caller().agent().orElseThrow().equals(agent))
                .reduce((first, second) -> second)
                .orElseThrow()
                .message();
    }

    private String out() {
        return "dmsc/v1/" + agent + "/out";
    }

    private String in() {
        return "dmsc/v1/" + agent + "/in";
    }
}
