package org.dmsc.bridge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.dmsc.bridge.mqtt.testing.RawMqtt;
import org.dmsc.bridge.mqtt.testing.SharedEdge;
import org.dmsc.bridge.mqtt.testing.SharedEdge.Edge;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Cases of security.md, section 3 C, that need bytes no client sends; the others are named in docs/mqtt-conformance.md. */
@ExtendWith(SharedEdge.class)
final class MqttCasesTest {

    private static final int PROTOCOL_ERROR = 0x82;
    private static final int MALFORMED = 0x81;
    private static final int ALIAS_INVALID = 0x94;
    private static final int NOT_AUTHORIZED = 0x87;
    private static final int TOO_LARGE = 0x95;

    private static byte[] id(AgentRef agent) {
        return ConnectingTest.id(agent).getBytes(StandardCharsets.UTF_8);
    }

    private static RawMqtt connected(Edge edge, AgentRef agent) throws Exception {
        RawMqtt raw = new RawMqtt(edge, edge.tls(agent));
        raw.connect(id(agent), new byte[0]);
        assertThat(raw.next()).isEqualTo(new RawMqtt.Packet(RawMqtt.CONNACK, 0));
        return raw;
    }

    @Test
    @DisplayName("case 44: filters beyond the own tree, with control characters, or of 65,535 bytes are refused")
    void refusesFiltersBeyondTheOwnTree(Edge edge) throws Exception {
        AgentRef agent = edge.agent("acme", "case-44");
        for (String filter : List.of(
                "#",
                "+/#",
                "$SYS/#",
                "$share/g/#",
                "$share/g/../other",
                "//",
                "$a2a/#",
                "dmsc/v1/globex/#",
                "dmsc/v1/acme/+/in",
                "dmsc/v1/acme/" + agent.agent() + "/\u0001",
                "dmsc/v1/acme/" + "x".repeat(65_500))) {
            try (RawMqtt raw = connected(edge, agent)) {
                raw.subscribe(filter.getBytes(StandardCharsets.UTF_8));

                RawMqtt.Packet answer = raw.next();

                assertThat(answer.type() == RawMqtt.CLOSED || answer.reason() >= 0x80)
                        .as("%.40s: %s", filter, answer)
                        .isTrue();
            }
        }
    }

    @Test
    @DisplayName("case 45: a topic has one spelling: no other case, no dots, no Unicode twin, no empty level names it")
    void mapsNoTwoTopicsToOne(Edge edge) throws Exception {
        AgentRef agent = edge.agent("acme", "case-45");
        for (String topic : List.of(
                "globex/x",
                "../globex/x",
                "dmsc/v1/acme/" + agent.agent() + "//out",
                "dmsc/v1/acme/" + agent.agent() + "/out/",
                "dmsc/v1/Acme/" + agent.agent() + "/out",
                "dmsc.v1.acme." + agent.agent() + ".out",
                "dmsc/v1/acme/cafe\u0301/out",
                "dmsc/v1/acme/caf\u00e9/out")) {
            try (RawMqtt raw = connected(edge, agent)) {
                raw.publish(topic, new byte[0]);
                raw.subscribe("#".getBytes(StandardCharsets.UTF_8));
                raw.next();

                assertThat(edge.audit.saw(Refusal.NOT_PERMITTED, agent.agent().value(), topic.substring(0, 4)))
                        .as(topic)
                        .isTrue();
            }
        }
    }

    @Test
    @DisplayName(
            "case 50: topic alias 0, above the maximum, or of an earlier connection ends the connection: 0x94, or 0x82")
    void refusesTopicAliasesThatAreNot(Edge edge) throws Exception {
        AgentRef agent = edge.agent("acme", "case-50");
        for (byte[] alias : List.of(new byte[] {0x23, 0, 0}, new byte[] {0x23, 0x7f, 0x7f})) {
            try (RawMqtt raw = connected(edge, agent)) {
                raw.publish("dmsc/v1/acme/" + agent.agent() + "/out", alias);

                assertThat(raw.next().reason()).isIn(ALIAS_INVALID, PROTOCOL_ERROR);
            }
        }
        try (RawMqtt raw = connected(edge, agent)) {
            raw.publish("dmsc/v1/acme/" + agent.agent() + "/out", new byte[] {0x23, 0, 1});
        }
        try (RawMqtt raw = connected(edge, agent)) {
            raw.publish("", new byte[] {0x23, 0, 1});

            assertThat(raw.next().reason()).isIn(ALIAS_INVALID, PROTOCOL_ERROR);
        }
    }

    @Test
    @DisplayName("case 51: HTTP on the MQTT port is closed")
    void closesHttp(Edge edge) throws Exception {
        try (SSLSocket socket =
                (SSLSocket) edge.tls(Optional.empty()).getSocketFactory().createSocket("localhost", edge.edge.port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();

            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    @DisplayName(
            "case 51: over WebSocket a certificate alone, which a browser shows for any site, is refused; a token is taken")
    void wantsATokenOverWebSocket(Edge edge) throws Exception {
        AgentRef agent = edge.agent("acme", "case-51");

        assertThatThrownBy(() -> webSocket(edge, agent, Optional.empty()))
                .isInstanceOfSatisfying(
                        Mqtt5ConnAckException.class,
                        e -> assertThat(e.getMqttMessage().getReasonCode().getCode())
                                .isEqualTo(0x86));
        Mqtt5BlockingClient client = webSocket(edge, agent, Optional.of(edge.token(agent)));
        client.subscribeWith()
                .topicFilter("dmsc/v1/acme/" + agent.agent() + "/in")
                .send();
        client.publishWith()
                .topic("dmsc/v1/acme/" + agent.agent() + "/out")
                .qos(com.hivemq.client.mqtt.datatypes.MqttQos.AT_LEAST_ONCE)
                .payload("{\"v\":1,\"type\":\"heartbeat\",\"id\":\"h\",\"body\":{\"cpu\":0.5}}".getBytes())
                .send();
        client.disconnect();

        assertThat(edge.reports.of(agent)).contains("heartbeat 0.5 0");
        assertThat(edge.audit.saw(Refusal.UNAUTHENTICATED, "anonymous@", ConnectingTest.id(agent)))
                .isTrue();
    }

    @Test
    @DisplayName("case 52: 64 kB of user properties, malformed UTF-8 and a second CONNECT end the connection")
    void refusesMalformedConnects(Edge edge) throws Exception {
        AgentRef agent = edge.agent("acme", "case-52");
        ByteArrayOutputStream many = new ByteArrayOutputStream();
        for (int i = 0; i < 64; i++) {
            many.write(RawMqtt.userProperty("p" + i, "x".repeat(1020)));
        }
        try (RawMqtt raw = new RawMqtt(edge, edge.tls(agent))) {
            raw.connect(id(agent), many.toByteArray());
            assertThat(raw.next())
                    .matches(packet -> packet.type() == RawMqtt.CLOSED
                            || List.of(MALFORMED, PROTOCOL_ERROR, TOO_LARGE, NOT_AUTHORIZED)
                                    .contains(packet.reason()));
        }
        try (RawMqtt raw = new RawMqtt(edge, edge.tls(agent))) {
            raw.connect(new byte[] {(byte) 0xc3, (byte) 0x28}, new byte[0]);
            assertThat(raw.next()).matches(packet -> packet.type() == RawMqtt.CLOSED || packet.reason() >= 0x80);
        }
        try (RawMqtt raw = connected(edge, agent)) {
            raw.connect(id(agent), new byte[0]);
            assertThat(raw.next())
                    .matches(packet -> packet.type() == RawMqtt.CLOSED || packet.reason() == PROTOCOL_ERROR);
        }
    }

    private static Mqtt5BlockingClient webSocket(Edge edge, AgentRef agent, Optional<String> token) throws Exception {
        char[] password = "device".toCharArray();
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        java.security.KeyStore none = java.security.KeyStore.getInstance("PKCS12");
        none.load(null, null);
        keys.init(
                token.isPresent()
                        ? none
                        : edge.pki.issueAgent(agent, Duration.ofHours(1)).keyStore(password),
                password);
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(edge.trustStore());
        Mqtt5BlockingClient client = MqttClient.builder()
                .useMqttVersion5()
                .identifier(ConnectingTest.id(agent))
                .serverHost("localhost")
                .serverPort(edge.edge.webSocketPort().orElseThrow())
                .webSocketConfig()
                .serverPath("mqtt")
                .applyWebSocketConfig()
                .sslConfig()
                .keyManagerFactory(keys)
                .trustManagerFactory(trust)
                .protocols(List.of("TLSv1.3"))
                .applySslConfig()
                .buildBlocking();
        if (token.isPresent()) {
            client.connectWith()
                    .simpleAuth()
                    .username("x")
                    .password(token.get().getBytes(StandardCharsets.UTF_8))
                    .applySimpleAuth()
                    .send();
        } else {
            client.connect();
        }
        return client;
    }
}
