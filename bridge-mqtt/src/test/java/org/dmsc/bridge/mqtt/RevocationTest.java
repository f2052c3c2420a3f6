package org.dmsc.bridge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.dmsc.bridge.mqtt.testing.Eventually;
import org.dmsc.bridge.mqtt.testing.Paho3;
import org.dmsc.bridge.mqtt.testing.Paho5;
import org.dmsc.bridge.mqtt.testing.SharedEdge;
import org.dmsc.bridge.mqtt.testing.SharedEdge.Edge;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.revocation.Revocation;
import org.dmsc.tenant.revocation.RevocationKey;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedEdge.class)
final class RevocationTest {

    private static int revoke(Edge edge, AgentRef agent) {
        Revocation news = new Revocation(
                RevocationKey.identity(SpiffeId.agent(Edge.DOMAIN, agent)),
                Revocation.ALWAYS,
                "r",
                "",
                "spiffe://test/x",
                Instant.EPOCH,
                edge.revocations.generation() + 1);
        edge.revocations.apply(news);
        return edge.connections.cut(news).toCompletableFuture().join();
    }

    private static String id(AgentRef agent) {
        return agent.tenant() + "/main/" + agent.agent();
    }

    @Test
    @DisplayName(
            "case 11: MQTT 5 and 3.1.1 are cut, with DISCONNECT 0x87, without the will, and without a session to come back to")
    void cutsDevicesOfBothProtocols(Edge edge) throws Exception {
        AgentRef five = edge.agent("acme", "cut-five");
        AgentRef three = edge.agent("acme", "cut-three");
        AgentRef watcher = edge.agent("acme", "watcher");
        String will = "$a2a/v1/discovery/" + id(five);
        try (Paho5 watching = Paho5.connect(edge, watcher);
                Paho5 device = Paho5.connect(edge, id(five), edge.tls(five), options -> {
                    options.setSessionExpiryInterval(600L);
                    options.setWill(will, new MqttMessage("{}".getBytes()));
                });
                Paho3 old = Paho3.connect(edge, three)) {
            watching.subscribe(will);

            assertThat(revoke(edge, five)).isEqualTo(1);
            assertThat(revoke(edge, three)).isEqualTo(1);

            assertThat(device.disconnectReason()).contains("135");
            Eventually.isTrue(
                    "both are cut", () -> !device.isConnected() && !old.client().isConnected());
            assertThat(watching.hasNothing()).as("the will").isTrue();
        }
    }

    @Test
    @DisplayName("case 10: a revoked device may not connect, audited")
    void refusesARevokedDevice(Edge edge) throws Exception {
        AgentRef agent = edge.agent("acme", "revoked");
        revoke(edge, agent);

        assertThatThrownBy(() -> Paho5.connect(edge, agent))
                .isInstanceOf(org.eclipse.paho.mqttv5.common.MqttException.class);
        assertThat(edge.audit.saw(Refusal.REVOKED, "anonymous@", id(agent))).isTrue();
    }
}
