package org.dmsc.bridge.mqtt.broker;

import com.hivemq.extension.sdk.api.events.client.ClientLifecycleEventListener;
import com.hivemq.extension.sdk.api.events.client.parameters.AuthenticationSuccessfulInput;
import com.hivemq.extension.sdk.api.events.client.parameters.ConnectionLostInput;
import com.hivemq.extension.sdk.api.events.client.parameters.ConnectionStartInput;
import com.hivemq.extension.sdk.api.events.client.parameters.DisconnectEventInput;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the edge when connections begin and end. */
final class ConnectionEvents implements ClientLifecycleEventListener {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionEvents.class);

    private final DeviceTraffic traffic;
    private final Connections connections;

    ConnectionEvents(DeviceTraffic traffic, Connections connections) {
        this.traffic = traffic;
        this.connections = connections;
    }

    @Override
    public void onMqttConnectionStart(ConnectionStartInput input) {
        // Nobody is known before authentication.
    }

    @Override
    public void onAuthenticationSuccessful(AuthenticationSuccessfulInput input) {
        connections.of(input.getConnectionInformation()).ifPresent(device -> guarded(() -> traffic.connected(device)));
    }

    @Override
    public void onConnectionLost(ConnectionLostInput input) {
        ended(input, "connection lost");
    }

    @Override
    public void onDisconnect(DisconnectEventInput input) {
        ended(input, input.getReasonCode().map(code -> "disconnected: " + code).orElse("disconnected"));
    }

    private void ended(DisconnectEventInput input, String reason) {
        connections
                .remove(input.getConnectionInformation())
                .ifPresent(device -> guarded(() -> traffic.disconnected(device, reason)));
    }

    private static void guarded(Runnable call) {
        try {
            call.run();
        } catch (Throwable e) {
            // Errors too: one that gets through stops HiveMQ's thread for all clients.
            LOG.atError().setCause(e).log("mqtt connection event was not handled");
        }
    }
}
