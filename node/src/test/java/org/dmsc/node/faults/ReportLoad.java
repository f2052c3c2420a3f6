package org.dmsc.node.faults;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.dmsc.node.testing.Credentials;

/**
 * Devices that report their load by MQTT 3.1.1 with QoS 1 at a rate that does not wait, connect again by themselves, and send again what was not
 * acknowledged. Each report has a number of its own within its device, as its queue depth, so that Kafka can be asked for each of them.
 */
final class ReportLoad implements AutoCloseable {

    private final String tenant;
    private final List<Sensor> sensors = new ArrayList<>();
    private final ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger number = new AtomicInteger();
    private final AtomicInteger again = new AtomicInteger();
    private final Set<Report> open = ConcurrentHashMap.newKeySet();
    private final Set<Report> acknowledged = ConcurrentHashMap.newKeySet();
    private Optional<ScheduledFuture<?>> begun = Optional.empty();
    private volatile boolean over;

    private record Sensor(String agent, Mqtt3AsyncClient client) {}

    /** One report: whose, and its number. */
    record Report(String agent, int number) {}

    ReportLoad(String tenant) {
        this.tenant = tenant;
    }

    /** One more device; returns when it is connected. */
    void add(String agent, Credentials credentials, int port) throws Exception {
        Mqtt3AsyncClient client =
                DeviceLoad.reconnecting(tenant, agent, credentials, port).buildAsync();
        client.connectWith().cleanSession(false).send().get(30, TimeUnit.SECONDS);
        sensors.add(new Sensor(agent, client));
    }

    void start(int perSecond) {
        begun = Optional.of(pace.scheduleAtFixedRate(this::report, 0, 1_000_000 / perSecond, TimeUnit.MICROSECONDS));
    }

    private void report() {
        int now = number.getAndIncrement();
        Sensor sensor = sensors.get(now % sensors.size());
        Report report = new Report(sensor.agent(), now / sensors.size());
        open.add(report);
        send(sensor, report);
    }

    private void send(Sensor sensor, Report report) {
        String payload = "{\"v\":1,\"type\":\"heartbeat\",\"id\":\"" + report.agent() + "-" + report.number()
                + "\",\"body\":{\"cpu\":0.5,\"queueDepth\":" + report.number() + "}}";
        sensor.client()
                .publishWith()
                .topic("dmsc/v1/" + tenant + "/" + report.agent() + "/out")
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(payload.getBytes(StandardCharsets.UTF_8))
                .send()
                .whenComplete((sent, fault) -> {
                    if (fault == null) {
                        acknowledged.add(report);
                        open.remove(report);
                    } else if (!over) {
                        again.incrementAndGet();
                        pace.schedule(() -> send(sensor, report), 200, TimeUnit.MILLISECONDS);
                    }
                });
    }

    /** No new ones; what is open goes on. */
    void pause() {
        begun.ifPresent(future -> future.cancel(false));
    }

    int reported() {
        return number.get();
    }

    int sentAgain() {
        return again.get();
    }

    Set<Report> open() {
        return open;
    }

    Set<Report> acknowledged() {
        return acknowledged;
    }

    @Override
    public void close() {
        over = true;
        pace.shutdownNow();
        sensors.forEach(sensor -> {
            if (sensor.client().getState().isConnected()) {
                var unused = sensor.client().disconnect();
            }
        });
    }
}
