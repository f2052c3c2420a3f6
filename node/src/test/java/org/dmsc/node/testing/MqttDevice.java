package org.dmsc.node.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3BlockingClient;
import com.hivemq.client.mqtt.mqtt3.Mqtt3ClientBuilder;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;

/** A device of MQTT 3.1.1 whose session outlives its connections. */
public final class MqttDevice implements AutoCloseable {

    private final String topics;
    private final Mqtt3BlockingClient client;

    private MqttDevice(String topics, Mqtt3BlockingClient client) {
        this.topics = topics;
        this.client = client;
    }

    /** Connects with the clean session flag off. */
    public static MqttDevice connect(String tenant, String agent, Credentials credentials, int port)
            throws GeneralSecurityException {
        Mqtt3BlockingClient client =
                client(tenant, agent, credentials, port).build().toBlocking();
        client.connectWith().cleanSession(false).send();
        return new MqttDevice("dmsc/v1/" + tenant + "/" + agent, client);
    }

    /** Not connected yet. */
    public static Mqtt3ClientBuilder client(String tenant, String agent, Credentials credentials, int port)
            throws GeneralSecurityException {
        return MqttClient.builder()
                .useMqttVersion3()
                .identifier(tenant + "/main/" + agent)
                .serverHost("localhost")
                .serverPort(port)
                .sslConfig(tls(credentials));
    }

    private static MqttClientSslConfig tls(Credentials credentials) throws GeneralSecurityException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(credentials.keyStore(), new char[0]);
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(credentials.trustStore());
        return MqttClientSslConfig.builder()
                .keyManagerFactory(keys)
                .trustManagerFactory(trust)
                .protocols(List.of("TLSv1.3"))
                .build();
    }

    /** Returns the task's id once the request is acknowledged. */
    public String ask(String agent, String text) {
        String task = UUID.randomUUID().toString();
        String envelope = "{\"v\":1,\"type\":\"request\",\"id\":\"" + task + "\",\"to\":\"" + agent
                + "\",\"body\":{\"message\":{\"parts\":[{\"text\":\"" + text + "\"}]}}}";
        client.publishWith()
                .topic(topics + "/out")
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(envelope.getBytes(StandardCharsets.UTF_8))
                .send();
        return task;
    }

    /** Begins to listen, and gives the first envelope that comes within half a minute. */
    public JsonNode hear() throws InterruptedException, IOException {
        try (Mqtt3BlockingClient.Mqtt3Publishes heard = client.publishes(MqttGlobalPublishFilter.ALL)) {
            client.subscribeWith()
                    .topicFilter(topics + "/in")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .send();
            Mqtt3Publish publish = heard.receive(30, TimeUnit.SECONDS)
                    .orElseThrow(() -> new AssertionError("nothing came for " + topics));
            return Participant.JSON.readTree(publish.getPayloadAsBytes());
        }
    }

    /** Leaves; the session stays. */
    @Override
    public void close() {
        if (client.getState().isConnected()) {
            client.disconnect();
        }
    }
}
