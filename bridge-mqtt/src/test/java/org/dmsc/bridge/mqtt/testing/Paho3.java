package org.dmsc.bridge.mqtt.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import org.dmsc.schemas.AgentRef;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/** A device with Eclipse Paho's MQTT 3.1.1 client, as the demo's. */
public final class Paho3 implements MqttCallback, AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final MqttAsyncClient client;
    private final BlockingQueue<JsonNode> received = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> lost = new LinkedBlockingQueue<>();

    private final CuttableSockets sockets;

    private Paho3(MqttAsyncClient client, CuttableSockets sockets) {
        this.client = client;
        this.sockets = sockets;
    }

    public static Paho3 connect(SharedEdge.Edge edge, AgentRef agent) throws Exception {
        return connect(edge, agent.tenant() + "/main/" + agent.agent(), edge.tls(agent), options -> {});
    }

    public static Paho3 connect(
            SharedEdge.Edge edge, String clientId, SSLContext tls, Consumer<MqttConnectOptions> more) throws Exception {
        return connect(edge.uri(), clientId, tls, more);
    }

    /** At any broker. */
    public static Paho3 connect(String uri, String clientId, SSLContext tls, Consumer<MqttConnectOptions> more)
            throws Exception {
        MqttAsyncClient client = new MqttAsyncClient(uri, clientId, new MemoryPersistence());
        CuttableSockets sockets = new CuttableSockets(tls.getSocketFactory());
        Paho3 device = new Paho3(client, sockets);
        client.setCallback(device);
        MqttConnectOptions options = new MqttConnectOptions();
        options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
        options.setSocketFactory(sockets);
        options.setCleanSession(true);
        options.setKeepAliveInterval(10);
        more.accept(options);
        client.connect(options).waitForCompletion(20_000);
        return device;
    }

    public MqttAsyncClient client() {
        return client;
    }

    public void subscribe(String filter) throws MqttException {
        client.subscribe(filter, 1).waitForCompletion(20_000);
    }

    public IMqttDeliveryToken publish(String topic, String payload) throws MqttException {
        return publish(topic, payload, 1);
    }

    public IMqttDeliveryToken publish(String topic, String payload, int qos) throws MqttException {
        return client.publish(topic, payload.getBytes(StandardCharsets.UTF_8), qos, false);
    }

    public JsonNode next() throws Exception {
        JsonNode next = received.poll(20, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no message came");
        }
        return next;
    }

    public String lost() throws InterruptedException {
        return lost.poll(20, TimeUnit.SECONDS);
    }

    @Override
    public void connectionLost(Throwable cause) {
        lost.add(String.valueOf(cause));
    }

    @Override
    public void messageArrived(String topic, MqttMessage message) throws Exception {
        received.add(JSON.readTree(message.getPayload()));
    }

    @Override
    public void deliveryComplete(IMqttDeliveryToken token) {}

    @Override
    public void close() throws Exception {
        try {
            if (client.isConnected()) {
                client.disconnect().waitForCompletion(20_000);
            }
        } catch (MqttException ignored) {
            // After a cut it may notice just now, and disconnect by itself.
        }
        client.close(true);
    }

    /** As a process that was killed. */
    public void cut() throws Exception {
        sockets.cut();
    }
}
