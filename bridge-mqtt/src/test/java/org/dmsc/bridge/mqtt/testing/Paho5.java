package org.dmsc.bridge.mqtt.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.dmsc.schemas.AgentRef;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;

/** A device with Eclipse Paho's MQTT 5 client, as the demo's. */
public final class Paho5 implements MqttCallback, AutoCloseable {

    public record Received(String topic, JsonNode json, MqttProperties properties, MqttMessage message) {}

    private static final ObjectMapper JSON = new ObjectMapper();

    private final MqttAsyncClient client;
    private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> disconnects = new LinkedBlockingQueue<>();

    private final CuttableSockets sockets;

    private Paho5(MqttAsyncClient client, CuttableSockets sockets) {
        this.client = client;
        this.sockets = sockets;
    }

    public static Paho5 connect(SharedEdge.Edge edge, AgentRef agent) throws Exception {
        return connect(edge, "%s/main/%s".formatted(agent.tenant(), agent.agent()), edge.tls(agent), options -> {});
    }

    public static Paho5 connect(
            SharedEdge.Edge edge,
            String clientId,
            SSLContext tls,
            java.util.function.Consumer<MqttConnectionOptions> more)
            throws Exception {
        return connect(edge.uri(), clientId, tls, more);
    }

    /** At any broker. */
    public static Paho5 connect(
            String uri, String clientId, SSLContext tls, java.util.function.Consumer<MqttConnectionOptions> more)
            throws Exception {
        MqttAsyncClient client = new MqttAsyncClient(uri, clientId, new MemoryPersistence());
        CuttableSockets sockets = new CuttableSockets(tls.getSocketFactory());
        Paho5 device = new Paho5(client, sockets);
        client.setCallback(device);
        MqttConnectionOptions options = new MqttConnectionOptions();
        options.setSocketFactory(sockets);
        options.setHttpsHostnameVerificationEnabled(true);
        options.setCleanStart(true);
        options.setKeepAliveInterval(10);
        options.setConnectionTimeout(20);
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

    public IMqttToken publish(String topic, String payload, boolean retained, MqttProperties properties)
            throws MqttException {
        return client.publish(
                topic, new MqttMessage(payload.getBytes(StandardCharsets.UTF_8), 1, retained, properties));
    }

    public static MqttProperties properties(String responseTopic, String correlation, String... userProperties) {
        MqttProperties properties = new MqttProperties();
        if (responseTopic != null) {
            properties.setResponseTopic(responseTopic);
        }
        if (correlation != null) {
            properties.setCorrelationData(correlation.getBytes(StandardCharsets.UTF_8));
        }
        List<UserProperty> user = new java.util.ArrayList<>();
        for (int i = 0; i < userProperties.length; i += 2) {
            user.add(new UserProperty(userProperties[i], userProperties[i + 1]));
        }
        properties.setUserProperties(user);
        return properties;
    }

    public Received next() throws Exception {
        Received next = received.poll(20, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no message came");
        }
        return next;
    }

    public boolean hasNothing() {
        return received.isEmpty();
    }

    public boolean isConnected() {
        return client.isConnected();
    }

    public String disconnectReason() throws InterruptedException {
        return disconnects.poll(20, TimeUnit.SECONDS);
    }

    @Override
    public void messageArrived(String topic, MqttMessage message) throws Exception {
        byte[] payload = message.getPayload();
        received.add(new Received(
                topic,
                payload.length == 0 ? JSON.nullNode() : JSON.readTree(payload),
                message.getProperties(),
                message));
    }

    @Override
    public void disconnected(MqttDisconnectResponse response) {
        disconnects.add(String.valueOf(response));
    }

    @Override
    public void mqttErrorOccurred(MqttException exception) {}

    @Override
    public void deliveryComplete(IMqttToken token) {}

    @Override
    public void connectComplete(boolean reconnect, String serverUri) {}

    @Override
    public void authPacketArrived(int reasonCode, MqttProperties properties) {}

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
