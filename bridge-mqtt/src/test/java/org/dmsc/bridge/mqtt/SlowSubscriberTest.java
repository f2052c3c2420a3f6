package org.dmsc.bridge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.dmsc.bridge.mqtt.testing.HiveClients;
import org.dmsc.bridge.mqtt.testing.SharedEdge;
import org.dmsc.bridge.mqtt.testing.SharedEdge.Edge;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.avro.TaskStateName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** QoS 1 messages to a subscriber that does not keep up: HiveMQ would drop those beyond its queue of 1,000 and say nothing. */
@ExtendWith(SharedEdge.class)
final class SlowSubscriberTest {

    private static final int RECEIVE_MAXIMUM = 7;

    private final Edge edge;

    SlowSubscriberTest(Edge edge) {
        this.edge = edge;
    }

    @AfterEach
    void behave() {
        edge.exchange.behave(CompletableFuture::completedFuture);
    }

    @Test
    void getsAThousandInOrderAndNeverMoreThanItsReceiveMaximumAtOnce() throws Exception {
        getsAll(1_100);
    }

    @Test
    @Tag("long")
    void getsTwentyThousandOrIsRefused() throws Exception {
        getsAll(20_000);
    }

    private void getsAll(int messages) throws Exception {
        edge.exchange.behave(task -> {
            task.update(TaskStateName.COMPLETED, "done", true);
            return CompletableFuture.completedFuture(task);
        });
        AgentRef agent = edge.agent("acme", "slow");
        LinkedBlockingQueue<Mqtt5Publish> unacknowledged = new LinkedBlockingQueue<>();
        Mqtt5AsyncClient client = HiveClients.connect(edge, agent, RECEIVE_MAXIMUM);
        client.subscribeWith()
                .topicFilter("$a2a/v1/reply/" + ConnectingTest.id(agent) + "/+")
                .qos(MqttQos.AT_LEAST_ONCE)
                .callback(unacknowledged::add)
                .manualAcknowledgement(true)
                .send()
                .get(20, TimeUnit.SECONDS);
        List<String> asked = new ArrayList<>();
        List<CompletableFuture<?>> taken = new ArrayList<>();
        for (int i = 0; i < messages; i++) {
            String task = UUID.randomUUID().toString();
            asked.add(task);
            taken.add(ask(client, agent, task));
        }
        CompletableFuture.allOf(taken.toArray(CompletableFuture[]::new)).get(300, TimeUnit.SECONDS);

        List<String> got = new ArrayList<>();
        while (got.size() < messages) {
            Mqtt5Publish reply = unacknowledged.poll(30, TimeUnit.SECONDS);
            assertThat(reply).as("reply %d of %d", got.size() + 1, messages).isNotNull();
            assertThat(unacknowledged.size()).isLessThan(RECEIVE_MAXIMUM);
            got.add(StandardCharsets.UTF_8
                    .decode(reply.getCorrelationData().orElseThrow())
                    .toString());
            reply.acknowledge();
        }

        assertThat(got).isEqualTo(asked);
        client.disconnect().get(20, TimeUnit.SECONDS);
    }

    private static CompletableFuture<?> ask(Mqtt5AsyncClient client, AgentRef agent, String task) {
        return client.publishWith()
                .topic("$a2a/v1/request/acme/main/gateway")
                .qos(MqttQos.AT_LEAST_ONCE)
                .responseTopic("$a2a/v1/reply/" + ConnectingTest.id(agent) + "/r")
                .correlationData(task.getBytes(StandardCharsets.UTF_8))
                .payload(("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"SendMessage\",\"params\":{\"message\":"
                                + "{\"messageId\":\"m\",\"taskId\":\"" + task
                                + "\",\"role\":\"ROLE_USER\",\"parts\":[{\"text\":\"x\"}]}}}")
                        .getBytes(StandardCharsets.UTF_8))
                .send();
    }
}
