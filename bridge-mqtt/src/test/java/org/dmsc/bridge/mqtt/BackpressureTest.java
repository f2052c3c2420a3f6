package org.dmsc.bridge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.dmsc.bridge.mqtt.testing.Eventually;
import org.dmsc.bridge.mqtt.testing.HiveClients;
import org.dmsc.bridge.mqtt.testing.SharedEdge;
import org.dmsc.bridge.mqtt.testing.SharedEdge.Edge;
import org.dmsc.schemas.AgentRef;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A device sends more than Kafka takes: it is held back, not the gateway's memory filled, and nothing of it is lost. */
@ExtendWith(SharedEdge.class)
final class BackpressureTest {

    private static final int REPORTS = 5_000;

    /** The window's 128 KiB at 2 KiB and a little each, and what one read brings beyond it. */
    private static final int MOST_ON_THE_WAY = 250;

    private final Edge edge;

    BackpressureTest(Edge edge) {
        this.edge = edge;
    }

    @Test
    void readsNoMoreThanAWindowUntilKafkaHasStoredIt() throws Exception {
        AgentRef agent = edge.agent("acme", "meter");
        CompletableFuture<Void> kafka = new CompletableFuture<>();
        edge.reports.hold(agent, kafka);
        AtomicInteger acknowledged = new AtomicInteger();
        Mqtt3AsyncClient device = HiveClients.connect3(edge, agent);
        List<CompletableFuture<?>> all = new ArrayList<>();
        for (int i = 0; i < REPORTS; i++) {
            all.add(report(device, agent, i).whenComplete((done, fault) -> acknowledged.incrementAndGet()));
        }
        // HiveMQ itself may hold most of them back while an acknowledgement is held; how many, depends on its threads.
        Eventually.isTrue("one is on its way", () -> taken(agent) > 0);
        // Another device is served meanwhile, as often as the first one would need to overrun its window.
        AgentRef other = edge.agent("acme", "other-meter");
        Mqtt3AsyncClient beside = HiveClients.connect3(edge, other);
        for (int i = 0; i < REPORTS; i++) {
            report(beside, other, i).get(20, TimeUnit.SECONDS);
        }

        assertThat(taken(agent)).isLessThan(MOST_ON_THE_WAY);
        assertThat(acknowledged.get()).isZero();

        edge.reports.release(agent);
        kafka.complete(null);
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
        assertThat(taken(agent)).isEqualTo(REPORTS);
        device.disconnect().get(20, TimeUnit.SECONDS);
        beside.disconnect().get(20, TimeUnit.SECONDS);
    }

    private int taken(AgentRef agent) {
        return edge.reports.of(agent).size();
    }

    private static CompletableFuture<?> report(Mqtt3AsyncClient device, AgentRef agent, int number) {
        return device.publishWith()
                .topic("dmsc/v1/" + agent.tenant() + "/" + agent.agent() + "/out")
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(("{\"v\":1,\"type\":\"heartbeat\",\"id\":\"h" + number
                                + "\",\"body\":{\"cpu\":0.5,\"queueDepth\":" + number + "}}")
                        .getBytes(StandardCharsets.UTF_8))
                .send();
    }
}
