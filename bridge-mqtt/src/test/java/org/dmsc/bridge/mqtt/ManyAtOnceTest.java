package org.dmsc.bridge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.dmsc.bridge.core.OpenTask;
import org.dmsc.bridge.mqtt.testing.Eventually;
import org.dmsc.bridge.mqtt.testing.SharedEdge;
import org.dmsc.bridge.mqtt.testing.SharedEdge.Edge;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.avro.TaskStateName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Another vendor's client, with many publishes on their way at once. */
@ExtendWith(SharedEdge.class)
final class ManyAtOnceTest {

    private static final int REQUESTS = 200;

    private final Edge edge;

    ManyAtOnceTest(Edge edge) {
        this.edge = edge;
    }

    @AfterEach
    void behave() {
        edge.exchange.behave(CompletableFuture::completedFuture);
    }

    @Test
    void acknowledgesNoneEarlyAndAnswersEachWithItsCorrelation() throws Exception {
        AgentRef agent = edge.agent("acme", "busy");
        Map<String, CompletableFuture<OpenTask>> kafka = new ConcurrentHashMap<>();
        edge.exchange.behave(task -> kafka.computeIfAbsent(task.taskId(), id -> new CompletableFuture<>()));
        Map<String, String> replies = new ConcurrentHashMap<>();
        Mqtt5AsyncClient client = connect(agent, replies);
        AtomicInteger acknowledged = new AtomicInteger();
        List<CompletableFuture<Mqtt5PublishResult>> results = new ArrayList<>();
        Set<String> tasks = new HashSet<>();
        for (int i = 0; i < REQUESTS; i++) {
            String task = UUID.randomUUID().toString();
            tasks.add(task);
            results.add(ask(client, agent, task).whenComplete((result, fault) -> acknowledged.incrementAndGet()));
        }

        // HiveMQ may hold later publishes of a client back while an acknowledgement of it is held, so not all need to
        // be on their way at once.
        Set<String> stored = new HashSet<>();
        while (stored.size() < REQUESTS) {
            Eventually.isTrue("more are on their way to Kafka", () -> kafka.size() > stored.size());
            assertThat(acknowledged.get()).isLessThanOrEqualTo(stored.size());
            Set<String> fresh = new HashSet<>(kafka.keySet());
            fresh.removeAll(stored);
            stored.addAll(fresh);
            fresh.forEach(id -> kafka.get(id).complete(edge.exchange.task(id)));
        }
        CompletableFuture.allOf(results.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
        tasks.forEach(id -> edge.exchange.task(id).update(TaskStateName.COMPLETED, "done", true));

        Eventually.isTrue("all replies came", () -> replies.size() == REQUESTS);
        assertThat(replies.keySet()).isEqualTo(tasks);
        assertThat(replies).allSatisfy((correlation, json) -> assertThat(json).contains("\"id\":\"" + correlation));
        client.disconnect().get(20, TimeUnit.SECONDS);
    }

    /** The other vendor's client, connected. */
    static Mqtt5AsyncClient connected(Edge edge, AgentRef agent) throws Exception {
        char[] password = "device".toCharArray();
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(edge.pki.issueAgent(agent, Duration.ofHours(1)).keyStore(password), password);
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(edge.trustStore());
        Mqtt5AsyncClient client = MqttClient.builder()
                .useMqttVersion5()
                .identifier(ConnectingTest.id(agent))
                .serverHost("localhost")
                .serverPort(edge.edge.port())
                .sslConfig()
                .keyManagerFactory(keys)
                .trustManagerFactory(trust)
                .protocols(List.of("TLSv1.3"))
                .applySslConfig()
                .buildAsync();
        client.connect().get(20, TimeUnit.SECONDS);
        return client;
    }

    private Mqtt5AsyncClient connect(AgentRef agent, Map<String, String> replies) throws Exception {
        Mqtt5AsyncClient client = connected(edge, agent);
        client.subscribeWith()
                .topicFilter("$a2a/v1/reply/" + ConnectingTest.id(agent) + "/+")
                .qos(MqttQos.AT_LEAST_ONCE)
                .callback(reply -> replies.put(
                        StandardCharsets.UTF_8
                                .decode(reply.getCorrelationData().orElseThrow())
                                .toString(),
                        new String(reply.getPayloadAsBytes(), StandardCharsets.UTF_8)))
                .send()
                .get(20, TimeUnit.SECONDS);
        return client;
    }

    private static CompletableFuture<Mqtt5PublishResult> ask(Mqtt5AsyncClient client, AgentRef agent, String task) {
        String call =
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"SendMessage\",\"params\":{\"message\":{\"messageId\":\""
                        + task + "\",\"taskId\":\"" + task
                        + "\",\"role\":\"ROLE_USER\",\"parts\":[{\"text\":\"x\"}]}}}";
        return client.publishWith()
                .topic("$a2a/v1/request/acme/main/gateway")
                .qos(MqttQos.AT_LEAST_ONCE)
                .responseTopic("$a2a/v1/reply/" + ConnectingTest.id(agent) + "/r")
                .correlationData(task.getBytes(StandardCharsets.UTF_8))
                .payload(call.getBytes(StandardCharsets.UTF_8))
                .send();
    }
}
