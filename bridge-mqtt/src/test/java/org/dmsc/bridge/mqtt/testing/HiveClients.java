package org.dmsc.bridge.mqtt.testing;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientBuilder;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.dmsc.schemas.AgentRef;

/** Devices with HiveMQ's client. */
public final class HiveClients {

    private HiveClients() {}

    /** Connected with the agent's certificate. */
    public static Mqtt5AsyncClient connect(SharedEdge.Edge edge, AgentRef agent, int receiveMaximum) throws Exception {
        Mqtt5AsyncClient client = builder(edge, agent).useMqttVersion5().buildAsync();
        client.connectWith()
                .restrictions()
                .receiveMaximum(receiveMaximum)
                .applyRestrictions()
                .send()
                .get(20, TimeUnit.SECONDS);
        return client;
    }

    /** The same by MQTT 3.1.1, in which nothing bounds how many publishes are on their way. */
    public static Mqtt3AsyncClient connect3(SharedEdge.Edge edge, AgentRef agent) throws Exception {
        Mqtt3AsyncClient client = builder(edge, agent).useMqttVersion3().buildAsync();
        client.connect().get(20, TimeUnit.SECONDS);
        return client;
    }

    private static MqttClientBuilder builder(SharedEdge.Edge edge, AgentRef agent) throws Exception {
        char[] password = "device".toCharArray();
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(edge.pki.issueAgent(agent, Duration.ofHours(1)).keyStore(password), password);
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(edge.trustStore());
        return MqttClient.builder()
                .identifier("%s/main/%s".formatted(agent.tenant(), agent.agent()))
                .serverHost("localhost")
                .serverPort(edge.edge.port())
                .sslConfig()
                .keyManagerFactory(keys)
                .trustManagerFactory(trust)
                .protocols(List.of("TLSv1.3"))
                .applySslConfig();
    }
}
