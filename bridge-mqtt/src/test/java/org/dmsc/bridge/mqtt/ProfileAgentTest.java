package org.dmsc.bridge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.dmsc.bridge.core.DeliveryOrder;
import org.dmsc.bridge.core.cards.CardCheck;
import org.dmsc.bridge.mqtt.testing.Eventually;
import org.dmsc.bridge.mqtt.testing.FakeSink;
import org.dmsc.bridge.mqtt.testing.Paho5;
import org.dmsc.bridge.mqtt.testing.SharedEdge;
import org.dmsc.bridge.mqtt.testing.SharedEdge.Edge;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.AgentChannel;
import org.dmsc.schemas.avro.AgentHealth;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.schemas.avro.DeliveryKind;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedEdge.class)
final class ProfileAgentTest {

    private static final String CARD = """
            {"name":"inventory","description":"counts stock","version":"1","capabilities":{"streaming":true},
             "skills":[{"id":"stock","name":"Stock","description":"How many","tags":["stock"]}]}""";

    @Test
    void registersByItsRetainedCardAndIsPresentWhenItHearsRequests(Edge edge) throws Exception {
        AgentRef agent = edge.agent("acme", "inventory");

        try (Paho5 device = Paho5.connect(edge, agent)) {
            device.subscribe("$a2a/v1/request/" + id(agent));
            publishCard(device, agent).waitForCompletion(20_000);

            assertThat(edge.reports.of(agent)).containsExactly("register present");
            assertThat(edge.reports.registration(agent).getChannel()).isEqualTo(AgentChannel.MQTT5);
            assertThat(edge.reports.registration(agent).getStreaming()).isTrue();
        }
        Eventually.isTrue("it is absent", () -> edge.reports.of(agent).contains("absent"));
    }

    @Test
    void isPresentOnlyOnceItSubscribed(Edge edge) throws Exception {
        AgentRef agent = edge.agent("acme", "late-subscriber");

        try (Paho5 device = Paho5.connect(edge, agent)) {
            publishCard(device, agent).waitForCompletion(20_000);
            assertThat(edge.reports.of(agent)).containsExactly("register apart");

            device.subscribe("$a2a/v1/request/" + id(agent));

            Eventually.isTrue("it is present", () -> edge.reports.of(agent).contains("present"));
            device.client().unsubscribe("$a2a/v1/request/" + id(agent)).waitForCompletion(20_000);
            Eventually.isTrue("it is absent", () -> edge.reports.of(agent).contains("absent"));
        }
    }

    @Test
    void refusesACardThatItsTenantDoesNotTakeUnsigned(Edge edge) throws Exception {
        AgentRef agent = edge.agent("acme", "unsigned");
        CardCheck usual = edge.cards;
        edge.cards = (card, by) -> {
            if (by.equals(agent)) {
                throw new RefusedException(Refusal.CARD_NOT_SIGNED, "card.signatures: has none");
            }
            return Optional.empty();
        };

        try (Paho5 device = Paho5.connect(edge, agent)) {
            IMqttToken token = publishCard(device, agent);

            assertThat(reasonCode(token)).isEqualTo(0x87);
            assertThat(edge.reports.of(agent)).isEmpty();
        } finally {
            edge.cards = usual;
        }
    }

    @Test
    void unregistersByAnEmptyCardAndGoesOfflineByStatus(Edge edge) throws Exception {
        AgentRef agent = edge.agent("acme", "leaver");

        try (Paho5 device = Paho5.connect(edge, agent)) {
            device.publish(
                            "$a2a/v1/discovery/" + id(agent),
                            CARD,
                            true,
                            Paho5.properties(null, null, "a2a-status", "offline"))
                    .waitForCompletion(20_000);
            device.publish("$a2a/v1/discovery/" + id(agent), "", true, Paho5.properties(null, null))
                    .waitForCompletion(20_000);
        }
        assertThat(edge.reports.of(agent)).containsExactly("absent", "unregister");
    }

    @Test
    void acknowledgesACardOnlyWhenKafkaHasIt(Edge edge) throws Exception {
        AgentRef agent = edge.agent("acme", "held");
        CompletableFuture<Void> kafka = new CompletableFuture<>();
        edge.reports.hold(agent, kafka);

        try (Paho5 device = Paho5.connect(edge, agent)) {
            IMqttToken token = publishCard(device, agent);
            Eventually.isTrue("the edge has it", () -> edge.reports.of(agent).size() == 1);
            assertThat(token.isComplete()).isFalse();

            kafka.complete(null);

            token.waitForCompletion(20_000);
            assertThat(token.getException()).isNull();
        }
    }

    @Test
    void closesTheConnectionWithoutAnAcknowledgementWhenKafkaDoesNotTakeIt(Edge edge) throws Exception {
        AgentRef agent = edge.agent("acme", "not-stored");
        CompletableFuture<Void> kafka = new CompletableFuture<>();
        edge.reports.hold(agent, kafka);
        Paho5 device = Paho5.connect(edge, agent);
        IMqttToken token = publishCard(device, agent);
        Eventually.isTrue("the edge has it", () -> edge.reports.of(agent).size() == 1);

        kafka.completeExceptionally(new IllegalStateException("no broker"));

        Eventually.isTrue("it is cut off", () -> !device.isConnected());
        assertThat(token.isComplete() && token.getException() == null).isFalse();
        device.client().close(true);
    }

    @Test
    void reportsItsLoad(Edge edge) throws Exception {
        AgentRef agent = edge.agent("acme", "loaded");

        try (Paho5 device = Paho5.connect(edge, agent)) {
            device.publish(
                            "$a2a/v1/event/" + id(agent),
                            "{\"cpu\":0.25,\"queueDepth\":3}",
                            false,
                            Paho5.properties(null, null, "a2a-event-type", "dmsc-heartbeat"))
                    .waitForCompletion(20_000);
        }
        assertThat(edge.reports.of(agent)).containsExactly("heartbeat 0.25 3");
    }

    @Test
    void getsATaskAndStreamsItsAnswer(Edge edge) throws Exception {
        AgentRef agent = edge.agent("acme", "worker");
        FakeSink sink = new FakeSink();

        try (Paho5 device = Paho5.connect(edge, agent)) {
            AgentSnapshot snapshot = register(edge, device, agent);
            DeliveryOrder order = edge.order(snapshot, "how many?");
            assertThat(edge.edge.link().serves(snapshot)).isTrue();
            edge.edge.link().deliver(order, sink);
            Paho5.Received request = device.next();

            assertThat(request.topic()).isEqualTo("$a2a/v1/request/" + id(agent));
            assertThat(request.json().at("/method").asText()).isEqualTo("SendStreamingMessage");
            assertThat(request.json().at("/params/message/taskId").asText())
                    .isEqualTo(order.delivery().getTaskId());
            assertThat(request.json().at("/params/message/parts/0/text").asText())
                    .isEqualTo("how many?");
            assertThat(request.json()
                            .at("/params/message/metadata/urn:dmsc:ext:delegation:1/token")
                            .asText())
                    .isEqualTo("token-of-" + order.delivery().getDeliveryId());
            assertThat(request.properties().getResponseTopic())
                    .isEqualTo("$a2a/v1/reply/acme/main/gateway/"
                            + order.delivery().getDeliveryId());
            assertThat(request.properties().getUserProperties())
                    .noneMatch(property -> property.getKey().startsWith("dmsc-"));
            Eventually.isTrue("its PUBACK was seen", () -> sink.lines().contains("delivered"));

            String ids = "\"taskId\":\"" + order.delivery().getTaskId() + "\",\"contextId\":\"ctx-1\"";
            answer(device, request, "{\"statusUpdate\":{" + ids + ",\"status\":{\"state\":\"TASK_STATE_WORKING\"}}}");
            answer(
                    device,
                    request,
                    "{\"artifactUpdate\":{" + ids
                            + ",\"artifact\":{\"artifactId\":\"a\",\"parts\":[{\"text\":\"12\"}]},\"lastChunk\":true}}");
            answer(device, request, "{\"statusUpdate\":{" + ids + ",\"status\":{\"state\":\"TASK_STATE_COMPLETED\"}}}");

            Eventually.isTrue("all is heard", () -> sink.lines().size() == 4);
            assertThat(sink.lines().get(1)).startsWith("update WORKING");
            assertThat(sink.lines().get(2)).startsWith("update -").contains("\"12\"");
            assertThat(sink.lines().get(3)).startsWith("update COMPLETED");
            answer(device, request, "{\"statusUpdate\":{" + ids + ",\"status\":{\"state\":\"TASK_STATE_FAILED\"}}}");
            assertThat(sink.lines()).hasSize(4);
        }
    }

    @Test
    void acknowledgesAnAnswerOnlyWhenKafkaHasIt(Edge edge) throws Exception {
        AgentRef agent = edge.agent("acme", "careful");
        FakeSink sink = new FakeSink();
        CompletableFuture<Void> kafka = new CompletableFuture<>();
        sink.hold(kafka);

        try (Paho5 device = Paho5.connect(edge, agent)) {
            DeliveryOrder order = edge.order(register(edge, device, agent), "x");
            edge.edge.link().deliver(order, sink);
            Paho5.Received request = device.next();
            IMqttToken token = device.publish(
                    request.properties().getResponseTopic(), completed(order), false, Paho5.properties(null, "c"));
            Eventually.isTrue("the sink has it", () -> sink.lines().size() == 2);
            assertThat(token.isComplete()).isFalse();

            kafka.complete(null);

            token.waitForCompletion(20_000);
        }
    }

    @Test
    void endsTheAttemptOfADeviceThatIsLost(Edge edge) throws Exception {
        AgentRef agent = edge.agent("acme", "mortal");
        FakeSink sink = new FakeSink();
        Paho5 device = Paho5.connect(edge, agent);
        AgentSnapshot snapshot = register(edge, device, agent);
        edge.edge.link().deliver(edge.order(snapshot, "x"), sink);
        device.next();
        Eventually.isTrue("it has the task", () -> sink.lines().contains("delivered"));

        device.cut();

        Eventually.isTrue("the attempt ended", () -> sink.lines().size() == 2);
        assertThat(sink.lines().get(1)).startsWith("failed AGENT_LOST UNCERTAIN");
        Eventually.isTrue("it is absent", () -> edge.reports.of(agent).contains("absent"));
        assertThat(edge.edge.link().serves(snapshot)).isFalse();
        FakeSink second = new FakeSink();
        edge.edge.link().deliver(edge.order(snapshot, "x"), second);
        assertThat(second.lines().get(0)).startsWith("failed UNDELIVERABLE CERTAIN");
    }

    @Test
    void endsTheAttemptOnGarbageAWrongTaskIdOrAnError(Edge edge) throws Exception {
        AgentRef agent = edge.agent("acme", "garbler");

        try (Paho5 device = Paho5.connect(edge, agent)) {
            AgentSnapshot snapshot = register(edge, device, agent);
            assertThat(outcome(edge, device, snapshot, "}{")).startsWith("failed INVALID_AGENT_RESPONSE");
            assertThat(outcome(edge, device, snapshot, "{\"jsonrpc\":\"2.0\",\"id\":1}"))
                    .startsWith("failed INVALID_AGENT_RESPONSE");
            assertThat(
                            outcome(
                                    edge,
                                    device,
                                    snapshot,
                                    "{\"result\":{\"task\":{\"id\":\"other\",\"status\":{\"state\":\"TASK_STATE_COMPLETED\"}}}}"))
                    .startsWith("failed INVALID_AGENT_RESPONSE");
            assertThat(outcome(edge, device, snapshot, "{\"error\":{\"code\":-32603,\"message\":\"out of paper\"}}"))
                    .startsWith("failed AGENT_FAILED CERTAIN")
                    .contains("out of paper");
        }
    }

    @Test
    void takesNoAnswerFromSomebodyElse(Edge edge) throws Exception {
        AgentRef agent = edge.agent("acme", "asked");
        AgentRef other = edge.agent("acme", "eavesdropper");
        AgentRef foreign = edge.agent("globex", "foreigner");
        FakeSink sink = new FakeSink();

        try (Paho5 device = Paho5.connect(edge, agent);
                Paho5 eavesdropper = Paho5.connect(edge, other);
                Paho5 foreigner = Paho5.connect(edge, foreign)) {
            DeliveryOrder order = edge.order(register(edge, device, agent), "x");
            edge.edge.link().deliver(order, sink);
            String topic = device.next().properties().getResponseTopic();
            for (Paho5 stranger : new Paho5[] {eavesdropper, foreigner}) {
                IMqttToken token = stranger.publish(topic, completed(order), false, Paho5.properties(null, "c"));
                assertThat(reasonCode(token)).isEqualTo(0x87);
            }
            assertThat(sink.lines()).noneMatch(line -> line.startsWith("update"));
            assertThat(edge.audit.saw(Refusal.NOT_PERMITTED, other.agent().value(), topic.substring(0, 70)))
                    .isTrue();
            assertThat(edge.audit.saw(Refusal.CROSS_TENANT, foreign.agent().value(), ""))
                    .isTrue();
        }
    }

    @Test
    void isToldThatATaskIsNotWantedAnyMore(Edge edge) throws Exception {
        AgentRef agent = edge.agent("acme", "cancelled");

        try (Paho5 device = Paho5.connect(edge, agent)) {
            DeliveryOrder order = edge.order(register(edge, device, agent), "x");
            edge.edge.link().deliver(order, new FakeSink());
            device.next();

            edge.edge.link().cancel(order.delivery());

            Paho5.Received cancel = device.next();
            assertThat(cancel.json().at("/method").asText()).isEqualTo("CancelTask");
            assertThat(cancel.json().at("/params/id").asText())
                    .isEqualTo(order.delivery().getTaskId());
        }
    }

    @Test
    void answersAFollowUpWhoseMessageIdFitsIntoNoTopic(Edge edge) throws Exception {
        AgentRef agent = edge.agent("acme", "asked-again");
        FakeSink first = new FakeSink();
        FakeSink second = new FakeSink();

        try (Paho5 device = Paho5.connect(edge, agent)) {
            DeliveryOrder order = edge.order(register(edge, device, agent), "x");
            edge.edge.link().deliver(order, first);
            device.next();
            Delivery followUp = Delivery.newBuilder(order.delivery())
                    .setKind(DeliveryKind.FOLLOW_UP)
                    .setDeliveryId(order.delivery().getDeliveryId() + ".a/b+c#d e")
                    .build();
            edge.edge.link().deliver(new DeliveryOrder(followUp, order.agent(), order.message()), second);
            Paho5.Received request = device.next();

            device.publish(
                            request.properties().getResponseTopic(),
                            completed(order),
                            false,
                            Paho5.properties(null, "c"))
                    .waitForCompletion(20_000);

            assertThat(second.lines().get(second.lines().size() - 1)).startsWith("update COMPLETED");
            assertThat(first.lines()).noneMatch(line -> line.startsWith("failed"));
        }
        assertThat(first.lines()).noneMatch(line -> line.startsWith("failed"));
    }

    @Test
    void endsAsUnstoredWhenTheSinkFailsAndAsDoneWhenTheAttemptHadEnded(Edge edge) throws Exception {
        AgentRef agent = edge.agent("acme", "ended");
        FakeSink sink = new FakeSink();
        sink.hold(CompletableFuture.failedFuture(new RefusedException(Refusal.TASK_ENDED, "ended")));

        try (Paho5 device = Paho5.connect(edge, agent)) {
            DeliveryOrder order = edge.order(register(edge, device, agent), "x");
            edge.edge.link().deliver(order, sink);
            String topic = device.next().properties().getResponseTopic();

            IMqttToken token = device.publish(topic, completed(order), false, Paho5.properties(null, "c"));

            assertThat(reasonCode(token)).isZero();
        }
    }

    @Test
    void sendsAnArtifactAsBytesInPiecesAndAPieceThatComesAgainIsTheSame(Edge edge) throws Exception {
        AgentRef agent = edge.agent("acme", "camera");
        FakeSink sink = new FakeSink();
        try (Paho5 device = Paho5.connect(edge, agent)) {
            DeliveryOrder order = edge.order(register(edge, device, agent), "x");
            edge.edge.link().deliver(order, sink);
            String topic = device.next().properties().getResponseTopic();
            String task = order.delivery().getTaskId();

            chunk(device, topic, task, "0", "false");
            chunk(device, topic, task, "1", "false");
            chunk(device, topic, task, "1", "false");
            chunk(device, topic, task, "2", "true");

            List<String> updates = sink.lines().stream()
                    .filter(line -> line.contains("artifactUpdate"))
                    .toList();
            assertThat(updates).hasSize(3).allMatch(line -> line.contains("\"raw\":\"AP8=\""));
            assertThat(updates.get(0)).doesNotContain("append").contains("image/png");
            assertThat(updates.get(1)).contains("\"append\":true").doesNotContain("lastChunk");
            assertThat(updates.get(2)).contains("\"lastChunk\":true");
        }
    }

    private static void chunk(Paho5 device, String topic, String task, String number, String last) throws Exception {
        MqttProperties properties = Paho5.properties(
                null,
                "c",
                "a2a-artifact-mode",
                "binary",
                "a2a-task-id",
                task,
                "a2a-artifact-id",
                "picture",
                "a2a-chunk-seqno",
                number,
                "a2a-last-chunk",
                last);
        properties.setContentType("image/png");
        device.client()
                .publish(topic, new MqttMessage(new byte[] {0, (byte) 0xff}, 1, false, properties))
                .waitForCompletion(20_000);
    }

    private static String outcome(Edge edge, Paho5 device, AgentSnapshot snapshot, String answer) throws Exception {
        FakeSink sink = new FakeSink();
        edge.edge.link().deliver(edge.order(snapshot, "x"), sink);
        Paho5.Received request = device.next();
        device.publish(request.properties().getResponseTopic(), answer, false, Paho5.properties(null, "c"))
                .waitForCompletion(20_000);
        return sink.lines().get(sink.lines().size() - 1);
    }

    static int reasonCode(IMqttToken token) {
        try {
            token.waitForCompletion(20_000);
        } catch (org.eclipse.paho.mqttv5.common.MqttException e) {
            return e.getReasonCode();
        }
        int[] codes = token.getReasonCodes();
        return codes == null || codes.length == 0 ? 0 : codes[0];
    }

    private static String completed(DeliveryOrder order) {
        return "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"task\":{\"id\":\""
                + order.delivery().getTaskId() + "\",\"status\":{\"state\":\"TASK_STATE_COMPLETED\"}}}}";
    }

    private static void answer(Paho5 device, Paho5.Received request, String result) throws Exception {
        String correlation = new String(request.properties().getCorrelationData(), StandardCharsets.UTF_8);
        device.publish(
                        request.properties().getResponseTopic(),
                        "{\"jsonrpc\":\"2.0\",\"id\":" + request.json().get("id") + ",\"result\":" + result + "}",
                        false,
                        Paho5.properties(null, correlation))
                .waitForCompletion(20_000);
    }

    private static AgentSnapshot register(Edge edge, Paho5 device, AgentRef agent) throws Exception {
        device.subscribe("$a2a/v1/request/" + id(agent));
        publishCard(device, agent).waitForCompletion(20_000);
        return edge.directory.agents.put(agent, edge.reports.registration(agent), AgentHealth.UP);
    }

    private static IMqttToken publishCard(Paho5 device, AgentRef agent) throws Exception {
        return device.publish(
                "$a2a/v1/discovery/" + id(agent), CARD, true, Paho5.properties(null, null, "a2a-status", "online"));
    }

    private static String id(AgentRef agent) {
        return ConnectingTest.id(agent);
    }
}
