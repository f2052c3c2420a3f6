package org.dmsc.bench;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Devices that report their load with QoS 1, 256 bytes each: the publish that an edge gets most. It is done with its PUBACK, which the edge
 * sends when Kafka has the sealed report.
 */
final class MqttReports implements Workload {

    private static final int BYTES = 256;
    private static final String REPORT = "{\"cpu\":0.3,\"queueDepth\":2,\"note\":\"%s\"}";
    private static final byte[] PAYLOAD =
            REPORT.formatted("x".repeat(BYTES + 2 - REPORT.length())).getBytes(StandardCharsets.UTF_8);

    private final String name;
    private final List<Sender> senders = new ArrayList<>();
    private final AtomicInteger next = new AtomicInteger();

    /** One connection. */
    private record Sender(Mqtt5AsyncClient client, Mqtt5Publish report) {

        CompletableFuture<Mqtt5PublishResult> send() {
            return client.publish(report);
        }
    }

    private MqttReports(String name) {
        this.name = name;
    }

    /** Connects; the connections are shared out among the agents. */
    static MqttReports connect(String name, int port, List<MqttAgent> agents, int connections)
            throws InterruptedException {
        MqttReports made = new MqttReports(name);
        for (int i = 0; i < connections; i++) {
            MqttAgent agent = agents.get(i % agents.size());
            Mqtt5AsyncClient client =
                    MqttClients.connect(port, agent.clientId() + "/c" + connections + "-" + i, agent.identity());
            made.senders.add(new Sender(client, report(agent)));
        }
        return made;
    }

    private static Mqtt5Publish report(MqttAgent agent) {
        return Mqtt5Publish.builder()
                .topic("$a2a/v1/event/" + agent.clientId())
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(PAYLOAD)
                .userProperties()
                .add("a2a-event-type", "dmsc-heartbeat")
                .applyUserProperties()
                .build();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public CompletionStage<Void> once() {
        return senders.get(Math.floorMod(next.getAndIncrement(), senders.size()))
                .send()
                .thenAccept(MqttReports::requireTaken);
    }

    /** How many a second are acknowledged when each connection has that many on the way all the time. */
    double saturate(int window, Duration howLong) throws InterruptedException {
        AtomicLong done = new AtomicLong();
        AtomicLong failed = new AtomicLong();
        long end = System.nanoTime() + howLong.toNanos();
        long begun = System.nanoTime();
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (Sender sender : senders) {
            for (int i = 0; i < window; i++) {
                CompletableFuture<Void> over = new CompletableFuture<>();
                all.add(over);
                again(sender, end, done, failed, over);
            }
        }
        long counted = waitUntil(end, done);
        double seconds = (System.nanoTime() - begun) / 1e9;
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
        if (failed.get() > 0) {
            throw new BenchException(name + ": " + failed.get() + " publishes were not acknowledged");
        }
        return counted / seconds;
    }

    private static long waitUntil(long end, AtomicLong done) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(Math.max(0, end - System.nanoTime()));
        return done.get();
    }

    private static void again(
            Sender sender, long end, AtomicLong done, AtomicLong failed, CompletableFuture<Void> over) {
        CompletionStage<?> unused = sender.send().whenComplete((result, failure) -> {
            if (failure != null || result.getError().isPresent()) {
                failed.incrementAndGet();
                over.complete(null);
                return;
            }
            done.incrementAndGet();
            if (System.nanoTime() < end) {
                again(sender, end, done, failed, over);
            } else {
                over.complete(null);
            }
        });
    }

    private static void requireTaken(Mqtt5PublishResult result) {
        result.getError().ifPresent(error -> {
            throw new BenchException("mqtt publish: not taken", error);
        });
    }

    @Override
    public void close() {
        for (Sender sender : senders) {
            CompletionStage<?> unused = sender.client().disconnect();
        }
    }
}
