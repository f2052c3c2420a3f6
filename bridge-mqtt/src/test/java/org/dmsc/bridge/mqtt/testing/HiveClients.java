package org.dmsc.bridge.mqtt.testing;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.dmsc.schemas.AgentRef;

/** Devices with HiveMQ's MQTT 5 client. */
public final class HiveClients {

    private HiveClients() {}

    /** Connected with the agent's certificate. */
    public static Mqtt5AsyncClient connect(SharedEdge.Edge edge, AgentRef agent, int receiveMaximum) throws Exception {
        char[] password = "device".toCharArray();
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(edge.pki.issueAgent(agent, Duration.ofHours(1)).keyStore(password), password);
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(edge.trustStore());
        Mqtt5AsyncClient client = MqttClient.builder()
                .useMqttVersion5()
                .identifier("%s/main/%s".formatted(agent.tenant(), agent.agent()))
                .serverHost("localhost")
                .serverPort(edge.edge.port())
                .sslConfig()
                .keyManagerFactory(keys)
                .trustManagerFactory(trust)
                .protocols(List.of("TLSv1.3"))
                .applySslConfig()
                .buildAsync();
        client.connectWith()
                .restrictions()
                .receiveMaximum(receiveMaximum)
                .applyRestrictions()
                .send()
                .get(20, TimeUnit.SECONDS);
        return client;
    }
}
