package org.dmsc.node.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt3.Mqtt3ClientBuilder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.dmsc.node.testing.Credentials;
import org.dmsc.node.testing.MqttDevice;

/**
 * Devices that ask by MQTT 3.1.1 with QoS 1 at a rate that does not wait for answers, connect again by themselves, and send again, with the same
 * id, what was not acknowledged.
 */
final class DeviceLoad implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<Mqtt3AsyncClient> clients = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger number = new AtomicInteger();
    private final AtomicInteger again = new AtomicInteger();
    private final Set<String> open = ConcurrentHashMap.newKeySet();
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final Map<String, String> errors = new ConcurrentHashMap<>();
    private final Set<String> replied = ConcurrentHashMap.newKeySet();
    private Optional<ScheduledFuture<?>> begun = Optional.empty();
    private volatile boolean over;

    /** One more device; returns when it is connected and listens. */
    void add(String tenant, String agent, Credentials credentials, int port) throws Exception {
        Mqtt3AsyncClient client = reconnecting(tenant, agent, credentials, port)
                .addConnectedListener(connected -> {
                    if (!over) {
                        listen(tenant, agent);
                    }
                })
                .buildAsync();
        clients.add(client);
        names.add(tenant + "/" + agent);
        client.connectWith().cleanSession(false).send().get(30, TimeUnit.SECONDS);
    }

    /** A client over MQTT 3.1.1 that comes back by itself. */
    static Mqtt3ClientBuilder reconnecting(String tenant, String agent, Credentials credentials, int port)
            throws GeneralSecurityException {
        return MqttDevice.client(tenant, agent, credentials, port)
                .automaticReconnect()
                .initialDelay(200, TimeUnit.MILLISECONDS)
                .maxDelay(1, TimeUnit.SECONDS)
                .applyAutomaticReconnect();
    }

    /** Nothing waits in the broker: a subscription is made anew with each connection. */
    private void listen(String tenant, String agent) {
        Mqtt3AsyncClient client = clients.get(names.indexOf(tenant + "/" + agent));
        var unused = client.subscribeWith()
                .topicFilter("dmsc/v1/" + tenant + "/" + agent + "/in")
                .qos(MqttQos.AT_LEAST_ONCE)
                .callback(publish -> heard(publish.getPayloadAsBytes()))
                .send();
    }

    private void heard(byte[] payload) {
        try {
            JsonNode envelope = JSON.readTree(payload);
            if (envelope.path("type").asText().equals("error")) {
                errors.put(
                        envelope.path("ref").asText(),
                        envelope.at("/body/reason").asText());
            } else {
                replied.add(envelope.path("ref").asText());
            }
        } catch (java.io.IOException e) {
            errors.put("?", e.toString());
        }
    }

    void start(int perSecond) {
        begun = Optional.of(pace.scheduleAtFixedRate(this::ask, 0, 1_000_000 / perSecond, TimeUnit.MICROSECONDS));
    }

    private void ask() {
        int now = number.getAndIncrement();
        String id = UUID.randomUUID().toString();
        open.add(id);
        send(now % clients.size(), id);
    }

    private void send(int device, String id) {
        String payload = "{\"v\":1,\"type\":\"request\",\"id\":\"" + id
                + "\",\"to\":\"worker\",\"timeoutMs\":60000,\"body\":{\"message\":{\"parts\":[{\"text\":\"measure " + id
                + "\"}]}}}";
        clients.get(device)
                .publishWith()
                .topic("dmsc/v1/" + names.get(device) + "/out")
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(payload.getBytes(StandardCharsets.UTF_8))
                .send()
                .whenComplete((sent, fault) -> {
                    if (fault == null) {
                        acknowledged.add(id);
                        open.remove(id);
                    } else if (!over) {
                        again.incrementAndGet();
                        pace.schedule(() -> send(device, id), 200, TimeUnit.MILLISECONDS);
                    }
                });
    }

    /** No new ones; what is open goes on. */
    void pause() {
        begun.ifPresent(future -> future.cancel(false));
    }

    int asked() {
        return number.get();
    }

    int sentAgain() {
        return again.get();
    }

    Set<String> open() {
        return open;
    }

    Set<String> acknowledged() {
        return acknowledged;
    }

    Set<String> replied() {
        return replied;
    }

    /** Asked, and neither answered nor refused. */
    Set<String> unanswered() {
        Set<String> left = new HashSet<>(acknowledged);
        left.addAll(open);
        left.removeAll(replied);
        left.removeAll(errors.keySet());
        return left;
    }

    Map<String, String> errors() {
        return errors;
    }

    @Override
    public void close() {
        over = true;
        pace.shutdownNow();
        clients.forEach(client -> {
            if (client.getState().isConnected()) {
                var unused = client.disconnect();
            }
        });
    }
}
