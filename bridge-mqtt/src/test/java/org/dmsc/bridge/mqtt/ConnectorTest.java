package org.dmsc.bridge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.dmsc.bridge.core.DeliveryOrder;
import org.dmsc.bridge.core.OpenTask;
import org.dmsc.bridge.mqtt.broker.Device;
import org.dmsc.bridge.mqtt.connector.AgentNames;
import org.dmsc.bridge.mqtt.connector.Connector;
import org.dmsc.bridge.mqtt.connector.ConnectorSettings;
import org.dmsc.bridge.mqtt.connector.OutsideTopics;
import org.dmsc.bridge.mqtt.testing.Eventually;
import org.dmsc.bridge.mqtt.testing.FakeSink;
import org.dmsc.bridge.mqtt.testing.Mosquitto;
import org.dmsc.bridge.mqtt.testing.Paho3;
import org.dmsc.bridge.mqtt.testing.Paho5;
import org.dmsc.bridge.mqtt.testing.SharedEdge;
import org.dmsc.bridge.mqtt.testing.SharedEdge.Edge;
import org.dmsc.schemas.AgentId;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AgentHealth;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.TaskStateName;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.revocation.Revocation;
import org.dmsc.tenant.revocation.RevocationKey;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Devices of a Mosquitto, over TLS 1.3. Skipped where there is none. */
@ExtendWith(SharedEdge.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ConnectorTest {

    private static final String CARD = """
            {"name":"press","description":"presses","version":"1","capabilities":{"streaming":true},
             "skills":[{"id":"press","name":"Press","description":"Presses","tags":["press"]}]}""";

    private static final String SHOWN = "plant-shown";

    private Edge edge;
    private Mosquitto broker;
    private Connector five;
    private Connector three;

    @BeforeAll
    void connect(Edge shared) throws Exception {
        assumeTrue(Mosquitto.program().isPresent(), "no mosquitto here (expected the distribution's package)");
        edge = shared;
        broker = Mosquitto.start(edge);
        five = edge.edge.attach(settings("five", Device.Version.MQTT5, "plant", ""), "test");
        three = edge.edge.attach(settings("three", Device.Version.MQTT311, "old-plant", ""), "test");
        Eventually.isTrue("both are connected: " + broker.log(), () -> five.isOpen() && three.isOpen());
    }

    @AfterAll
    void close() throws Exception {
        if (broker != null) {
            five.close();
            three.close();
            broker.close();
        }
    }

    @AfterEach
    void behave() {
        edge.exchange.behave(CompletableFuture::completedFuture);
    }

    private ConnectorSettings settings(String name, Device.Version version, String org, String prefix) {
        Supplier<SSLContext> tls = () -> {
            try {
                return broker.tls();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        };
        return new ConnectorSettings(
                name,
                URI.create(broker.uri()),
                version,
                "dmsc-" + name,
                new OutsideTopics(new TenantId("acme"), prefix, org, "line-1"),
                new AgentNames(List.of("out-*")),
                List.of(new AgentId(SHOWN)),
                List.of("pressing"),
                new ConnectorSettings.Login(Optional.of(tls), Optional.empty(), Optional.empty()),
                Duration.ofHours(1),
                50);
    }

    private static String name(AgentRef agent) {
        return "plant/line-1/" + agent.agent();
    }

    private AgentSnapshot registered(Paho5 device, AgentRef agent) throws Exception {
        device.subscribe("$a2a/v1/request/" + name(agent));
        device.publish(
                        "$a2a/v1/discovery/" + name(agent),
                        CARD,
                        true,
                        Paho5.properties(null, null, "a2a-status", "online"))
                .waitForCompletion(20_000);
        Eventually.isTrue("it is registered", () -> edge.reports.of(agent).contains("register present"));
        return edge.directory.agents.put(agent, edge.reports.registration(agent), AgentHealth.UP);
    }

    @Test
    void makesADeviceThereAnAgentThatGetsTasksAndAnswersThem() throws Exception {
        AgentRef agent = edge.agent("acme", "out-press");
        FakeSink sink = new FakeSink();

        try (Paho5 device = broker.device(name(agent))) {
            AgentSnapshot snapshot = registered(device, agent);
            DeliveryOrder order = edge.order(snapshot, "press it");
            assertThat(edge.edge.link().serves(snapshot)).isTrue();
            edge.edge.link().deliver(order, sink);
            Paho5.Received request = device.next();

            assertThat(request.topic()).isEqualTo("$a2a/v1/request/" + name(agent));
            assertThat(request.properties().getResponseTopic())
                    .isEqualTo("$a2a/v1/reply/plant/line-1/gateway/"
                            + order.delivery().getDeliveryId());
            Eventually.isTrue("its broker has it", () -> sink.lines().contains("delivered"));

            String ids = "\"taskId\":\"" + order.delivery().getTaskId() + "\",\"contextId\":\"ctx-1\"";
            device.publish(
                            request.properties().getResponseTopic(),
                            "{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"result\":{\"statusUpdate\":{" + ids
                                    + ",\"status\":{\"state\":\"TASK_STATE_COMPLETED\"}}}}",
                            false,
                            Paho5.properties(null, "c"))
                    .waitForCompletion(20_000);

            Eventually.isTrue("it is answered", () -> sink.lines().size() == 2);
            assertThat(sink.lines().get(1)).startsWith("update COMPLETED");

            device.publish("$a2a/v1/discovery/" + name(agent), "", true, Paho5.properties(null, null))
                    .waitForCompletion(20_000);
            Eventually.isTrue("it is gone", () -> edge.reports.of(agent).contains("unregister"));
            Eventually.isTrue(
                    "nothing is sent to it any more", () -> !edge.edge.link().serves(snapshot));
        }
    }

    @Test
    void letsADeviceThereDelegate() throws Exception {
        AgentRef agent = edge.agent("acme", "out-asker");
        String task = UUID.randomUUID().toString();

        try (Paho5 device = broker.device(name(agent))) {
            device.subscribe("$a2a/v1/reply/" + name(agent) + "/#");
            ask(device, agent, "request/plant/line-1/gateway", task);
            Eventually.isTrue("it is asked", () -> askedTimes(task) == 1);
            edge.exchange.task(task).update(TaskStateName.COMPLETED, "done", true);
            Paho5.Received reply = device.next();

            assertThat(reply.topic()).isEqualTo("$a2a/v1/reply/" + name(agent) + "/r1");
            assertThat(new String(reply.properties().getCorrelationData())).isEqualTo("corr-" + task);
            assertThat(reply.json().at("/result/task/id").asText()).isEqualTo(task);
            assertThat(edge.exchange.asked().stream()
                            .filter(asked -> asked.message().requesterTaskId().equals(Optional.of(task)))
                            .map(asked -> asked.caller().agent()))
                    .containsExactly(Optional.of(agent));
        }
    }

    /** Below a prefix: Mosquitto 2.0 grants shared subscriptions to topics that begin with '$', and serves them nothing. */
    @Test
    void takesItsShareOfAPool() throws Exception {
        AgentRef agent = edge.agent("acme", "out-pool-asker");
        String task = UUID.randomUUID().toString();

        try (Connector prefixed =
                        edge.edge.attach(settings("prefixed", Device.Version.MQTT5, "plant", "hall-3/"), "test");
                Paho5 device = broker.device(name(agent))) {
            Eventually.isTrue("it is connected", prefixed::isOpen);
            device.publish(
                            "hall-3/$a2a/v1/request/plant/line-1/pool/pressing",
                            call(task),
                            false,
                            Paho5.properties("hall-3/$a2a/v1/reply/" + name(agent) + "/r1", "corr"))
                    .waitForCompletion(20_000);

            Eventually.isTrue("it is asked", () -> askedTimes(task) == 1);
            assertThat(edge.exchange.asked().stream()
                            .filter(asked -> asked.message().requesterTaskId().equals(Optional.of(task)))
                            .findFirst()
                            .orElseThrow()
                            .message()
                            .need()
                            .tags())
                    .containsExactly("pressing");
        }
    }

    @Test
    void acknowledgesOnlyWhatIsStoredAndTakesWhatComesAgainOnce() throws Exception {
        AgentRef agent = edge.agent("acme", "out-again");
        String slow = UUID.randomUUID().toString();
        String lost = UUID.randomUUID().toString();
        CompletableFuture<OpenTask> kafka = new CompletableFuture<>();
        edge.exchange.behave(task -> {
            if (task.taskId().equals(slow)) {
                return kafka;
            }
            return task.taskId().equals(lost) && askedTimes(lost) == 1
                    ? CompletableFuture.failedFuture(new RefusedException(Refusal.UNAVAILABLE, "no Kafka"))
                    : CompletableFuture.completedFuture(task);
        });

        try (Paho5 device = broker.device(name(agent))) {
            device.subscribe("$a2a/v1/reply/" + name(agent) + "/#");
            ask(device, agent, "request/plant/line-1/gateway", slow);
            Eventually.isTrue("the slow one is asked", () -> askedTimes(slow) == 1);
            ask(device, agent, "request/plant/line-1/gateway", lost);
            Eventually.isTrue("the lost one came again", () -> askedTimes(lost) == 2);
            kafka.complete(edge.exchange.task(slow));
            edge.exchange.task(slow).update(TaskStateName.COMPLETED, "slow", true);
            edge.exchange.task(lost).update(TaskStateName.COMPLETED, "lost", true);

            assertThat(List.of(
                            device.next().json().at("/result/task/id").asText(),
                            device.next().json().at("/result/task/id").asText()))
                    .containsExactlyInAnyOrder(slow, lost);
            assertThat(askedTimes(slow)).as("it came again, too, and was known").isEqualTo(1);
        }
    }

    @Test
    void believesTheBrokerOnlyAboutItsOwnAgents() throws Exception {
        AgentRef foreign = edge.agent("acme", "director");
        String task = UUID.randomUUID().toString();

        try (Paho5 device = broker.device(name(foreign))) {
            ask(device, foreign, "request/plant/line-1/gateway", task);
            device.publish("$a2a/v1/discovery/" + name(foreign), CARD, true, Paho5.properties(null, null))
                    .waitForCompletion(20_000);

            Eventually.isTrue(
                    "both are refused",
                    () -> edge.audit.saw(Refusal.NOT_PERMITTED, "anonymous@localhost", "request/plant")
                            && edge.audit.saw(
                                    Refusal.NOT_PERMITTED, "anonymous@localhost", "discovery/" + name(foreign)));
            assertThat(askedTimes(task)).isZero();
            assertThat(edge.reports.of(foreign)).isEmpty();
        }
    }

    @Test
    void cutsARevokedAgentAndNeverTakesItBack() throws Exception {
        AgentRef agent = edge.agent("acme", "out-revoked");
        String task = UUID.randomUUID().toString();
        try (Paho5 device = broker.device(name(agent))) {
            AgentSnapshot snapshot = registered(device, agent);
            Revocation news = new Revocation(
                    RevocationKey.identity(SpiffeId.agent(Edge.DOMAIN, agent)),
                    Instant.now(),
                    "r",
                    "",
                    "spiffe://test/x",
                    Instant.EPOCH,
                    edge.revocations.generation() + 1);

            edge.revocations.apply(news);
            int cut = edge.connections.cut(news).toCompletableFuture().join();
            ask(device, agent, "request/plant/line-1/gateway", task);

            assertThat(cut).isEqualTo(1);
            Eventually.isTrue("it is refused", () -> edge.audit.saw(Refusal.REVOKED, "anonymous@localhost", "gateway"));
            assertThat(edge.edge.link().serves(snapshot)).isFalse();
            assertThat(askedTimes(task)).isZero();
        }
    }

    @Test
    void showsCardsOfExposedAgentsThereAndDoesNotTakeThemForNew() throws Exception {
        AgentRef shown = AgentRef.of("acme", SHOWN);
        AgentRef teacher = edge.agent("acme", "out-teacher");
        try (Paho5 device = broker.device("watcher")) {
            AgentSnapshot snapshot = registered(device, teacher);
            edge.directory.agents.put(shown, snapshot.getRegistration(), AgentHealth.UP);
            device.subscribe("$a2a/v1/discovery/plant/line-1/" + SHOWN);

            Paho5.Received card = device.next();

            assertThat(card.json().at("/name").asText()).isEqualTo("press");
            assertThat(edge.reports.of(shown)).isEmpty();
        }
    }

    @Test
    void speaksTheEnvelopeWithABrokerOfMqtt311() throws Exception {
        AgentRef agent = edge.agent("acme", "out-old");
        String out = "dmsc/v1/old-plant/" + agent.agent() + "/out";
        String task = UUID.randomUUID().toString();
        FakeSink sink = new FakeSink();
        try (Paho3 device = Paho3.connect(broker.uri(), agent.agent().value(), broker.tls(), options -> {})) {
            device.subscribe("dmsc/v1/old-plant/" + agent.agent() + "/in");
            device.publish(out, "{\"v\":1,\"type\":\"register\",\"id\":\"r1\",\"body\":" + CARD + "}");
            assertThat(device.next().at("/type").asText()).isEqualTo("ack");
            AgentSnapshot snapshot = edge.directory.agents.put(agent, edge.reports.registration(agent), AgentHealth.UP);

            device.publish(
                    out,
                    "{\"v\":1,\"type\":\"request\",\"id\":\"" + task
                            + "\",\"body\":{\"message\":{\"parts\":[{\"text\":\"why?\"}]}}}");
            Eventually.isTrue("it is asked", () -> askedTimes(task) == 1);
            edge.exchange.task(task).update(TaskStateName.COMPLETED, "because", true);
            assertThat(device.next().at("/body/task/id").asText()).isEqualTo(task);

            edge.edge.link().deliver(edge.order(snapshot, "how cold?"), sink);
            String ref = device.next().at("/id").asText();
            device.publish(
                    out,
                    "{\"v\":1,\"type\":\"reply\",\"id\":\"a1\",\"ref\":\"" + ref + "\",\"body\":{\"text\":\"-18\"}}");

            Eventually.isTrue("it is answered", () -> sink.lines().size() == 2);
            assertThat(sink.lines().get(1)).startsWith("update COMPLETED").contains("-18");
        }
    }

    private static void ask(Paho5 device, AgentRef agent, String topic, String task) throws Exception {
        device.publish(
                        "$a2a/v1/" + topic,
                        call(task),
                        false,
                        Paho5.properties("$a2a/v1/reply/" + name(agent) + "/r1", "corr-" + task))
                .waitForCompletion(20_000);
    }

    private static String call(String task) {
        return "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"SendMessage\",\"params\":{\"message\":{\"messageId\":\"m-"
                + task + "\",\"taskId\":\"" + task
                + "\",\"role\":\"ROLE_USER\",\"parts\":[{\"text\":\"why?\"}]}}}";
    }

    private long askedTimes(String task) {
        return edge.exchange.asked().stream()
                .filter(asked -> asked.message().requesterTaskId().equals(Optional.of(task)))
                .count();
    }
}
