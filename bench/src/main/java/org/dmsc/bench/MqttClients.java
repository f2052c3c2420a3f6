package org.dmsc.bench;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Connections with HiveMQ's MQTT 5 client, over TLS 1.3. */
final class MqttClients {

    private static final int PATIENCE_SECONDS = 30;

    private MqttClients() {}

    static Mqtt5AsyncClient connect(int port, String clientId, PemTls identity) throws InterruptedException {
        Mqtt5AsyncClient client = MqttClient.builder()
                .useMqttVersion5()
                .identifier(clientId)
                .serverHost("localhost")
                .serverPort(port)
                .sslConfig()
                .keyManagerFactory(identity.keys())
                .trustManagerFactory(identity.trust())
                .protocols(List.of("TLSv1.3"))
                .applySslConfig()
                .buildAsync();
        try {
            client.connectWith().keepAlive(300).send().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new BenchException("mqtt client " + clientId + ": not connected", e);
        }
        return client;
    }
}
