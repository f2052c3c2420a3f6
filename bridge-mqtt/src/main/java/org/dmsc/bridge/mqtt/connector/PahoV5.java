package org.dmsc.bridge.mqtt.connector;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.dmsc.bridge.mqtt.broker.DeviceTraffic.Receipt;
import org.dmsc.bridge.mqtt.broker.InboundPublish;
import org.dmsc.bridge.mqtt.broker.OutboundPublish;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;
import org.jspecify.annotations.Nullable;

/** Eclipse Paho for MQTT 5. Subscribes with QoS 1: with QoS 2 Paho says PUBREC by itself, before Kafka has the publish. */
final class PahoV5 implements OutsideClient {

    private static final int QOS = 1;
    private static final int KEEP_ALIVE_SECONDS = 20;
    private static final int FIRST_REFUSAL = 0x80;

    /** A PUBACK that says: nobody there subscribed to it. */
    private static final int NO_SUBSCRIBERS = 0x10;

    private final ConnectorSettings settings;
    private final MqttAsyncClient client;

    PahoV5(ConnectorSettings settings) throws OutsideException {
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
        try {
            IMqttToken token = client.connect(options());
            token.waitForCompletion(SECONDS * 1000L);
            Integer most = token.getResponseProperties() == null
                    ? null
                    : token.getResponseProperties().getReceiveMaximum();
            return new Welcome(token.getSessionPresent(), most == null ? 65_535 : most);
        } catch (MqttException e) {
            throw new OutsideException("no connection to " + settings.url() + ": " + cause(e), e);
        }
    }

    private MqttConnectionOptions options() {
        MqttConnectionOptions options = new MqttConnectionOptions();
        options.setCleanStart(false);
        options.setSessionExpiryInterval(settings.session().toSeconds());
        options.setReceiveMaximum(settings.receiveMaximum());
        options.setKeepAliveInterval(KEEP_ALIVE_SECONDS);
        options.setConnectionTimeout(SECONDS);
        options.setAutomaticReconnect(false);
        options.setHttpsHostnameVerificationEnabled(true);
        settings.login().tls().ifPresent(tls -> options.setSocketFactory(new Tls13Sockets(tls.get())));
        settings.login().user().ifPresent(options::setUserName);
        settings.login()
                .password()
                .ifPresent(password -> options.setPassword(password.get().getBytes(StandardCharsets.UTF_8)));
        return options;
    }

    @Override
    public void subscribe(List<String> unshared, List<String> shared) throws OutsideException {
        List<MqttSubscription> wanted = new ArrayList<>();
        for (String filter : unshared) {
            MqttSubscription one = new MqttSubscription(filter, QOS);
            one.setNoLocal(true);
            one.setRetainAsPublished(true);
            wanted.add(one);
        }
        // No Local is a protocol error on these.
        shared.forEach(filter -> wanted.add(new MqttSubscription(filter, QOS)));
        try {
            IMqttToken token = client.subscribe(wanted.toArray(MqttSubscription[]::new));
            token.waitForCompletion(SECONDS * 1000L);
            int[] codes = token.getReasonCodes();
            for (int i = 0; codes != null && i < codes.length; i++) {
                if (codes[i] >= FIRST_REFUSAL) {
                    throw new OutsideException(
                            settings.url() + " refuses the subscription to '"
                                    + wanted.get(i).getTopic() + "' with 0x" + Integer.toHexString(codes[i])
                                    + " (expected its ACL to allow it to '" + settings.clientId() + "')",
                            new IllegalStateException("SUBACK"));
                }
            }
        } catch (MqttException e) {
            throw new OutsideException("no subscription at " + settings.url() + ": " + cause(e), e);
        }
    }

    @Override
    public void publish(OutboundPublish publish, Retained retained, Consumer<Receipt> receipt) throws OutsideException {
        MqttProperties properties = new MqttProperties();
        publish.responseTopic().ifPresent(properties::setResponseTopic);
        publish.correlation().ifPresent(properties::setCorrelationData);
        publish.contentType().ifPresent(properties::setContentType);
        List<UserProperty> user = new ArrayList<>();
        publish.properties().forEach((name, value) -> user.add(new UserProperty(name, value)));
        properties.setUserProperties(user);
        try {
            client.publish(
                    publish.topic(),
                    new MqttMessage(publish.payload(), QOS, retained == Retained.YES, properties),
                    null,
                    new MqttActionListener() {
                        @Override
                        public void onSuccess(IMqttToken token) {
                            receipt.accept(receiptOf(token));
                        }

                        @Override
                        public void onFailure(@Nullable IMqttToken token, @Nullable Throwable fault) {
                            // The end of the connection is no answer.
                            if (fault instanceof MqttException refused
                                    && refused.getReasonCode() >= FIRST_REFUSAL
                                    && refused.getReasonCode() <= 0xff
                                    && client.isConnected()) {
                                receipt.accept(Receipt.REFUSED);
                            }
                        }
                    });
        } catch (MqttException e) {
            throw new OutsideException("not sent to " + settings.url() + ": " + cause(e), e);
        }
    }

    private static Receipt receiptOf(IMqttToken token) {
        int[] codes = token.getReasonCodes();
        boolean refused =
                codes != null && codes.length > 0 && (codes[0] >= FIRST_REFUSAL || codes[0] == NO_SUBSCRIBERS);
        return refused ? Receipt.REFUSED : Receipt.ACCEPTED;
    }

    @Override
    public void acknowledge(int packetId) throws OutsideException {
        try {
            client.messageArrivedComplete(packetId, QOS);
        } catch (MqttException e) {
            throw new OutsideException("not acknowledged at " + settings.url() + ": " + cause(e), e);
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

    static String cause(Throwable fault) {
        Throwable last = fault;
        while (last.getCause() != null && last.getCause() != last) {
            last = last.getCause();
        }
        return last == fault ? String.valueOf(fault.getMessage()) : fault.getMessage() + " (" + last + ")";
    }

    private static final class Callback implements MqttCallback {

        private final Ear ear;

        Callback(Ear ear) {
            this.ear = ear;
        }

        @Override
        public void messageArrived(String topic, MqttMessage message) {
            MqttProperties given = message.getProperties();
            Map<String, String> user = new HashMap<>();
            given.getUserProperties().forEach(property -> user.putIfAbsent(property.getKey(), property.getValue()));
            ear.arrived(
                    message.getId(),
                    new InboundPublish(
                            topic,
                            message.getPayload(),
                            message.getQos(),
                            message.isRetained(),
                            Optional.ofNullable(given.getResponseTopic()),
                            Optional.ofNullable(given.getCorrelationData()),
                            Optional.ofNullable(given.getContentType()),
                            Optional.ofNullable(given.getMessageExpiryInterval())
                                    .map(Duration::ofSeconds),
                            user));
        }

        @Override
        public void disconnected(MqttDisconnectResponse response) {
            ear.lost(String.valueOf(response));
        }

        @Override
        public void mqttErrorOccurred(MqttException exception) {
            // A broken connection is told by disconnected().
        }

        @Override
        public void deliveryComplete(IMqttToken token) {
            // Told by each publish's own listener.
        }

        @Override
        public void connectComplete(boolean reconnect, String serverUri) {
            // Told by the connect's own token.
        }

        @Override
        public void authPacketArrived(int reasonCode, MqttProperties properties) {
            // Enhanced authentication is never begun.
        }
    }
}
