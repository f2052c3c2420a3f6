package org.dmsc.bridge.mqtt.connector;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.dmsc.bridge.mqtt.broker.DeviceTraffic.Receipt;
import org.dmsc.bridge.mqtt.broker.InboundPublish;
import org.dmsc.bridge.mqtt.broker.OutboundPublish;
import org.eclipse.paho.client.mqttv3.IMqttActionListener;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.jspecify.annotations.Nullable;

/** Eclipse Paho for brokers that speak MQTT 3.1.1 only; devices there speak the envelope. */
final class PahoV3 implements OutsideClient {

    private static final int QOS = 1;
    private static final int KEEP_ALIVE_SECONDS = 20;
    private static final int REFUSED = 0x80;

    /** The protocol has no receive maximum. More than brokers usually have on the way, and they throttle by TCP. */
    private static final int MOST_ON_THE_WAY = 100;

    private final ConnectorSettings settings;
    private final MqttAsyncClient client;

    PahoV3(ConnectorSettings settings) throws OutsideException {
        this.settings = settings;
        try {
            client = new MqttAsyncClient(settings.url().toString(), settings.clientId(), new MemoryPersistence());
        } catch (MqttException e) {
            throw new OutsideException("no client for " + settings.url() + ": " + e, e);
        }
    }

    @Override
    public Welcome connect(Ear ear) throws OutsideException {
        client.setManualAcks(true);
        client.setCallback(new Callback(ear));
        MqttConnectOptions options = new MqttConnectOptions();
        options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
        options.setCleanSession(false);
        options.setKeepAliveInterval(KEEP_ALIVE_SECONDS);
        options.setConnectionTimeout(SECONDS);
        options.setAutomaticReconnect(false);
        options.setMaxInflight(MOST_ON_THE_WAY + 1);
        options.setHttpsHostnameVerificationEnabled(true);
        settings.login().tls().ifPresent(tls -> options.setSocketFactory(new Tls13Sockets(tls.get())));
        settings.login().user().ifPresent(options::setUserName);
        settings.login()
                .password()
                .ifPresent(password -> options.setPassword(password.get().toCharArray()));
        try {
            IMqttToken token = client.connect(options);
            token.waitForCompletion(SECONDS * 1000L);
            return new Welcome(token.getSessionPresent(), MOST_ON_THE_WAY);
        } catch (MqttException e) {
            throw new OutsideException("no connection to " + settings.url() + ": " + PahoV5.cause(e), e);
        }
    }

    @Override
    public void subscribe(List<String> unshared, List<String> shared) throws OutsideException {
        String envelopes = settings.topics().envelopes();
        try {
            IMqttToken token = client.subscribe(envelopes, QOS);
            token.waitForCompletion(SECONDS * 1000L);
            int[] granted = token.getGrantedQos();
            if (granted != null && granted.length > 0 && granted[0] == REFUSED) {
                throw new OutsideException(
                        settings.url() + " refuses the subscription to '" + envelopes
                                + "' (expected its ACL to allow it to '" + settings.clientId() + "')",
                        new IllegalStateException("SUBACK"));
            }
        } catch (MqttException e) {
            throw new OutsideException("no subscription at " + settings.url() + ": " + PahoV5.cause(e), e);
        }
    }

    @Override
    public void publish(OutboundPublish publish, Retained retained, Consumer<Receipt> receipt) throws OutsideException {
        try {
            client.publish(
                    publish.topic(), publish.payload(), QOS, retained == Retained.YES, null, new IMqttActionListener() {
                        @Override
                        public void onSuccess(IMqttToken token) {
                            receipt.accept(Receipt.ACCEPTED);
                        }

                        @Override
                        public void onFailure(@Nullable IMqttToken token, @Nullable Throwable fault) {
                            // In 3.1.1 only the end of the connection, which is no answer.
                        }
                    });
        } catch (MqttException e) {
            throw new OutsideException("not sent to " + settings.url() + ": " + PahoV5.cause(e), e);
        }
    }

    @Override
    public void acknowledge(int packetId) throws OutsideException {
        try {
            client.messageArrivedComplete(packetId, QOS);
        } catch (MqttException e) {
            throw new OutsideException("not acknowledged at " + settings.url() + ": " + PahoV5.cause(e), e);
        }
    }

    @Override
    public void close() {
        try {
            if (client.isConnected()) {
                client.disconnectForcibly(0, 1000, false);
            }
        } catch (MqttException | RuntimeException e) {
            // It is gone already, which is what is wanted.
        }
        try {
            client.close(true);
        } catch (MqttException | RuntimeException e) {
            // The same.
        }
    }

    private static final class Callback implements MqttCallback {

        private final Ear ear;

        Callback(Ear ear) {
            this.ear = ear;
        }

        @Override
        public void messageArrived(String topic, MqttMessage message) {
            ear.arrived(
                    message.getId(),
                    new InboundPublish(
                            topic,
                            message.getPayload(),
                            message.getQos(),
                            message.isRetained(),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            Map.of()));
        }

        @Override
        public void connectionLost(@Nullable Throwable cause) {
            ear.lost(String.valueOf(cause));
        }

        @Override
        public void deliveryComplete(IMqttDeliveryToken token) {
            // Told by each publish's own listener.
        }
    }
}
