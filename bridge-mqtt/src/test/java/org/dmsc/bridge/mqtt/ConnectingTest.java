package org.dmsc.bridge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Optional;
import org.dmsc.bridge.mqtt.testing.Eventually;
import org.dmsc.bridge.mqtt.testing.Paho3;
import org.dmsc.bridge.mqtt.testing.Paho5;
import org.dmsc.bridge.mqtt.testing.SharedEdge;
import org.dmsc.bridge.mqtt.testing.SharedEdge.Edge;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.TenantState;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedEdge.class)
final class ConnectingTest {

    @Test
    void letsInBothProtocolsByCertificate(Edge edge) throws Exception {
        try (Paho5 five = Paho5.connect(edge, edge.agent("acme", "five"));
                Paho3 three = Paho3.connect(edge, edge.agent("acme", "three"))) {
            assertThat(five.isConnected()).isTrue();
            assertThat(three.client().isConnected()).isTrue();
        }
    }

    @Test
    void letsInByTokenAsPassword(Edge edge) throws Exception {
        AgentRef agent = edge.agent("acme", "tokened");

        try (Paho5 device = Paho5.connect(edge, id(agent), edge.tls(Optional.empty()), options -> {
            options.setUserName("anything");
            options.setPassword(edge.token(agent).getBytes());
        })) {
            assertThat(device.isConnected()).isTrue();
        }
    }

    @Test
    @Tag("case-58")
    @DisplayName(
            "case 58: MQTT has no proofs of possession, so a token that needs one is refused, alone and beside a certificate")
    void refusesATokenThatIsBoundToAKey(Edge edge) throws Exception {
        AgentRef agent = edge.agent("acme", "key-bound");

        assertThatThrownBy(() -> Paho5.connect(edge, id(agent), edge.tls(Optional.empty()), options -> {
                    options.setUserName("anything");
                    options.setPassword(edge.keyBoundToken(agent).getBytes());
                }))
                .isInstanceOfSatisfying(
                        org.eclipse.paho.mqttv5.common.MqttException.class,
                        e -> assertThat(e.getReasonCode()).isEqualTo(0x86));
        assertThat(edge.audit.saw(Refusal.DPOP_BINDING, "anonymous@127.0.0.1", id(agent)))
                .isTrue();
        assertThatThrownBy(() -> Paho5.connect(edge, id(agent), edge.tls(agent), options -> {
                    options.setUserName("anything");
                    options.setPassword(edge.keyBoundToken(agent).getBytes());
                }))
                .isInstanceOf(org.eclipse.paho.mqttv5.common.MqttException.class);
    }

    @Test
    void refusesWhoShowsNothing(Edge edge) throws Exception {
        AgentRef agent = edge.agent("acme", "nobody");

        assertThatThrownBy(() -> Paho3.connect(edge, id(agent), edge.tls(Optional.empty()), options -> {}))
                .isInstanceOfSatisfying(
                        MqttException.class, e -> assertThat(e.getReasonCode()).isIn(4, 5));
        assertThat(edge.audit.saw(Refusal.UNAUTHENTICATED, "anonymous@127.0.0.1", id(agent)))
                .isTrue();
    }

    @Test
    void refusesACertificateWithTheTokenOfAnother(Edge edge) {
        AgentRef agent = edge.agent("acme", "two-faced");
        AgentRef other = edge.agent("acme", "other");

        assertThatThrownBy(() -> Paho5.connect(edge, id(agent), edge.tls(agent), options -> {
                    options.setUserName("x");
                    options.setPassword(edge.token(other).getBytes());
                }))
                .isInstanceOf(org.eclipse.paho.mqttv5.common.MqttException.class);
        assertThat(edge.audit.saw(Refusal.IDENTITY_MISMATCH, "anonymous@", id(agent)))
                .isTrue();
    }

    @Test
    void refusesSomebodyElsesClientIdAndDoesNotPushItsOwnerOut(Edge edge) throws Exception {
        AgentRef owner = edge.agent("acme", "owner");
        AgentRef stranger = edge.agent("globex", "stranger");
        AgentRef colleague = edge.agent("acme", "colleague");

        try (Paho5 device = Paho5.connect(edge, owner)) {
            for (AgentRef thief : new AgentRef[] {stranger, colleague}) {
                assertThatThrownBy(() -> Paho5.connect(edge, id(owner), edge.tls(thief), options -> {}))
                        .isInstanceOf(org.eclipse.paho.mqttv5.common.MqttException.class);
                assertThat(edge.audit.saw(
                                Refusal.INVALID_AGENT_ID, thief.agent().value(), id(owner)))
                        .isTrue();
            }
            assertThat(device.isConnected()).isTrue();
            device.subscribe("$a2a/v1/request/" + id(owner));
        }
    }

    @Test
    void letsOneAgentHaveSeveralConnections(Edge edge) throws Exception {
        AgentRef agent = edge.agent("acme", "several");

        try (Paho3 first = Paho3.connect(edge, agent);
                Paho3 second = Paho3.connect(edge, id(agent) + "/pub", edge.tls(agent), options -> {})) {
            assertThat(first.client().isConnected()).isTrue();
            assertThat(second.client().isConnected()).isTrue();
        }
    }

    @Test
    void refusesOperatorsAndNodes(Edge edge) {
        assertThatThrownBy(() -> Paho5.connect(
                        edge,
                        "acme/main/x",
                        edge.tls(Optional.of(edge.pki.issueOperator("olga", Duration.ofHours(1)))),
                        options -> {}))
                .isInstanceOf(org.eclipse.paho.mqttv5.common.MqttException.class);
        assertThat(edge.audit.saw(Refusal.NOT_PERMITTED, "operator/olga", "acme/main/x"))
                .isTrue();
    }

    @Test
    void refusesAForeignLastWill(Edge edge) {
        AgentRef agent = edge.agent("acme", "willing");

        assertThatThrownBy(() -> Paho5.connect(
                        edge,
                        id(agent),
                        edge.tls(agent),
                        options -> options.setWill(
                                "$a2a/v1/discovery/globex/main/victim",
                                new org.eclipse.paho.mqttv5.common.MqttMessage(new byte[] {1}))))
                .isInstanceOf(org.eclipse.paho.mqttv5.common.MqttException.class);
        assertThat(edge.audit.saw(Refusal.CROSS_TENANT, agent.agent().value(), "discovery/globex"))
                .isTrue();
    }

    @Test
    void takesALastWillOnTheOwnCard(Edge edge) throws Exception {
        AgentRef agent = edge.agent("acme", "mortal");

        try (Paho5 device = Paho5.connect(
                edge,
                id(agent),
                edge.tls(agent),
                options -> options.setWill(
                        "$a2a/v1/discovery/" + id(agent),
                        new org.eclipse.paho.mqttv5.common.MqttMessage(new byte[] {1}, 1, true, null)))) {
            assertThat(device.isConnected()).isTrue();
        }
    }

    @Test
    void disconnectsTheDevicesOfASuspendedTenant(Edge edge) throws Exception {
        AgentRef agent = edge.agent("globex", "suspended");

        try (Paho5 device = Paho5.connect(edge, agent)) {
            edge.setState("globex", TenantState.SUSPENDED);

            Eventually.isTrue("the device is cut off", () -> !device.isConnected());
            assertThatThrownBy(() -> Paho5.connect(edge, agent));
        } finally {
            edge.setState("globex", TenantState.ACTIVE);
        }
    }

    static String id(AgentRef agent) {
        return agent.tenant() + "/main/" + agent.agent();
    }
}
