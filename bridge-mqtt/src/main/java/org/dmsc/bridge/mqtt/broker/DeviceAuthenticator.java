package org.dmsc.bridge.mqtt.broker;

import com.hivemq.extension.sdk.api.auth.SimpleAuthenticator;
import com.hivemq.extension.sdk.api.auth.parameter.SimpleAuthInput;
import com.hivemq.extension.sdk.api.auth.parameter.SimpleAuthOutput;
import com.hivemq.extension.sdk.api.client.parameter.ClientTlsInformation;
import com.hivemq.extension.sdk.api.client.parameter.ConnectionInformation;
import com.hivemq.extension.sdk.api.client.parameter.ListenerType;
import com.hivemq.extension.sdk.api.packets.auth.DefaultAuthorizationBehaviour;
import com.hivemq.extension.sdk.api.packets.connect.ConnackReasonCode;
import com.hivemq.extension.sdk.api.packets.connect.ConnectPacket;
import com.hivemq.extension.sdk.api.packets.general.MqttVersion;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.identity.Caller;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the edge about each CONNECT. Runs before HiveMQ hands over a session, so a stranger cannot push out whose client id it uses. */
final class DeviceAuthenticator implements SimpleAuthenticator {

    private static final Logger LOG = LoggerFactory.getLogger(DeviceAuthenticator.class);

    private static final int MOST_PROPERTIES = 16_384;

    private final DeviceTraffic traffic;
    private final Connections connections;
    private final Supplier<String> connectionIds;

    DeviceAuthenticator(DeviceTraffic traffic, Connections connections, Supplier<String> connectionIds) {
        this.traffic = traffic;
        this.connections = connections;
        this.connectionIds = connectionIds;
    }

    @Override
    public void onConnect(SimpleAuthInput input, SimpleAuthOutput output) {
        try {
            requireFew(input.getConnectPacket());
            Knock knock = knock(input);
            Caller caller = traffic.authenticate(knock);
            connections.add(input.getConnectionInformation(), device(knock, caller));
            output.getDefaultPermissions().setDefaultBehaviour(DefaultAuthorizationBehaviour.DENY);
            output.authenticateSuccessfully();
        } catch (RefusedException e) {
            output.failAuthentication(ReasonCodes.connack(e.refusal()), e.sentence());
        } catch (Throwable e) {
            LOG.atError().setCause(e).log("mqtt connect failed inside the fabric; refused");
            output.failAuthentication(ConnackReasonCode.UNSPECIFIED_ERROR, Refusal.INTERNAL.meaning());
        }
    }

    /** HiveMQ takes 128 KiB of them from anybody, before it is known who that is. */
    private static void requireFew(ConnectPacket connect) {
        int characters = connect.getUserProperties().asList().stream()
                .mapToInt(property ->
                        property.getName().length() + property.getValue().length())
                .sum();
        if (characters > MOST_PROPERTIES) {
            throw new RefusedException(
                    Refusal.TOO_LARGE,
                    "user properties: " + characters + " characters (expected at most " + MOST_PROPERTIES + ")");
        }
    }

    private Knock knock(SimpleAuthInput input) {
        ConnectPacket connect = input.getConnectPacket();
        ConnectionInformation connection = input.getConnectionInformation();
        Optional<ClientTlsInformation> tls = connection.getClientTlsInformation();
        return new Knock(
                connectionIds.get(),
                connect.getClientId(),
                tls.flatMap(ClientTlsInformation::getClientCertificateChain)
                        .map(List::of)
                        .orElse(List.of()),
                connect.getPassword().map(DeviceAuthenticator::text),
                tls.flatMap(ClientTlsInformation::getHostname),
                connect.getMqttVersion() == MqttVersion.V_5 ? Device.Version.MQTT5 : Device.Version.MQTT311,
                connect.getReceiveMaximum(),
                connection.getInetAddress().map(InetAddress::getHostAddress).orElse("unknown"),
                session(connect),
                transport(connection));
    }

    private static Knock.Transport transport(ConnectionInformation connection) {
        return connection
                        .getListener()
                        .filter(listener -> listener.getListenerType() == ListenerType.TLS_TCP_LISTENER)
                        .isPresent()
                ? Knock.Transport.TCP
                : Knock.Transport.WEBSOCKET;
    }

    /** MQTT 3.1.1 knows no expiry: HiveMQ puts its own maximum there, which is zero here. */
    private static Session session(ConnectPacket connect) {
        boolean fresh = connect.getCleanStart();
        if (connect.getMqttVersion() == MqttVersion.V_5) {
            return new Session(fresh, Duration.ofSeconds(connect.getSessionExpiryInterval()));
        }
        return new Session(fresh, fresh ? Duration.ZERO : Session.LONGEST);
    }

    private static Device device(Knock knock, Caller caller) {
        AgentRef agent = caller.agent()
                .orElseThrow(() -> new RefusedException(
                        Refusal.NOT_PERMITTED,
                        caller.id() + " is no agent (expected an agent's certificate or token)"));
        return new Device(
                knock.connection(),
                knock.clientId(),
                caller,
                agent,
                knock.version(),
                knock.receiveMaximum(),
                knock.remoteAddress(),
                knock.session());
    }

    private static String text(ByteBuffer buffer) {
        return StandardCharsets.UTF_8.decode(buffer.duplicate()).toString();
    }
}
