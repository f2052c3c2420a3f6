package org.dmsc.bridge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAck;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.dmsc.bridge.mqtt.testing.Eventually;
import org.dmsc.bridge.mqtt.testing.Paho3;
import org.dmsc.bridge.mqtt.testing.Paho5;
import org.dmsc.bridge.mqtt.testing.SharedEdge;
import org.dmsc.bridge.mqtt.testing.SharedEdge.Edge;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.Enforcement;
import org.dmsc.tenant.rules.Quotas;
import org.dmsc.tenant.rules.Rate;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What tenants' limits do at the MQTT edge. */
@Tag("case_72")
@ExtendWith(SharedEdge.class)
final class QuotaTest {

    private static final TenantId ACME = new TenantId("acme");
    private static final int QUOTA_EXCEEDED = 0x97;

    private final Edge edge;

    QuotaTest(Edge edge) {
        this.edge = edge;
    }

    @AfterEach
    void forget() {
        edge.limits.clear();
    }

    @Test
    void aConnectionTooManyIsRefusedAndOneThatTakesOverIsNot() throws Exception {
        AgentRef agent = edge.agent("acme", "single");
        try (Paho5 first = Paho5.connect(edge, agent)) {
            edge.limits.put(ACME, numbers(edge.edge.connections()));

            assertThatThrownBy(() -> Paho5.connect(edge, edge.agent("acme", "another")))
                    .isInstanceOfSatisfying(
                            org.eclipse.paho.mqttv5.common.MqttException.class,
                            refused -> assertThat(refused.getReasonCode()).isEqualTo(QUOTA_EXCEEDED));
            try (Paho5 again = Paho5.connect(edge, agent)) {
                assertThat(again.isConnected()).isTrue();
            }
        }
        assertThat(edge.audit.saw(Refusal.QUOTA_EXCEEDED, "another", "")).isTrue();
        Eventually.isTrue("all are gone", () -> edge.edge.connections() == 0);
    }

    /** With HiveMQ's client: to Paho 1.2.5 a SUBACK with 0x97 (MQTT 5, 3.9.3) is none. */
    @Test
    void aSubscriptionTooManyIsRefusedAndAnUnsubscribedOneMakesRoom() throws Exception {
        edge.limits.put(ACME, numbers(1));
        AgentRef agent = edge.agent("acme", "listener");
        String requests = "$a2a/v1/request/" + ConnectingTest.id(agent);
        String own = "dmsc/v1/" + agent + "/in";
        Mqtt5AsyncClient device = ManyAtOnceTest.connected(edge, agent);
        try {
            assertThat(subscribe(device, requests)).isLessThan(3);
            assertThat(subscribe(device, requests)).isLessThan(3);

            assertThat(subscribe(device, own)).isEqualTo(QUOTA_EXCEEDED);

            device.unsubscribeWith().topicFilter(requests).send().get(20, TimeUnit.SECONDS);
            assertThat(subscribe(device, own)).isLessThan(3);
        } finally {
            device.disconnect().get(20, TimeUnit.SECONDS);
        }
    }

    private static int subscribe(Mqtt5AsyncClient device, String filter) throws Exception {
        try {
            return code(device.subscribeWith().topicFilter(filter).send().get(20, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            return code(((Mqtt5SubAckException) e.getCause()).getMqttMessage());
        }
    }

    private static int code(Mqtt5SubAck answer) {
        return answer.getReasonCodes().get(0).getCode();
    }

    @Test
    void aRequestTooManyIsRefusedWith0x97AndTheConnectionStays() throws Exception {
        edge.limits.put(ACME, slow());
        AgentRef agent = edge.agent("acme", "eager");
        try (Paho5 device = Paho5.connect(edge, agent)) {
            ProfileAgentTest.reasonCode(request(device, agent));

            assertThat(ProfileAgentTest.reasonCode(request(device, agent))).isEqualTo(QUOTA_EXCEEDED);
            assertThat(device.isConnected()).isTrue();
        }
    }

    @Test
    void a311DeviceThatAsksTooMuchIsToldInAnEnvelope() throws Exception {
        edge.limits.put(ACME, slow());
        AgentRef agent = edge.agent("acme", "old");
        try (Paho3 device = Paho3.connect(edge, agent)) {
            device.subscribe("dmsc/v1/" + agent + "/in");
            String request =
                    "{\"v\":1,\"type\":\"request\",\"id\":\"q\",\"operation\":\"GetTask\",\"body\":{\"id\":\"none\"}}";
            device.publish("dmsc/v1/" + agent + "/out", request).waitForCompletion();
            device.publish("dmsc/v1/" + agent + "/out", request.replace("\"q\"", "\"r\""))
                    .waitForCompletion();

            JsonNode answer = device.next();
            while (!answer.path("ref").asText().equals("r")) {
                answer = device.next();
            }

            assertThat(answer.path("type").asText()).isEqualTo("error");
            assertThat(answer.at("/body/reason").asText()).isEqualTo("RATE_LIMITED");
        }
    }

    private static IMqttToken request(Paho5 device, AgentRef agent) throws Exception {
        return device.publish(
                "$a2a/v1/request/acme/main/gateway",
                "{}",
                false,
                Paho5.properties("$a2a/v1/reply/" + ConnectingTest.id(agent) + "/1", "c"));
    }

    private static Quotas slow() {
        return new Quotas(
                new Rate(1, 1),
                Rate.UNLIMITED,
                Quotas.UNLIMITED,
                Quotas.UNLIMITED,
                Quotas.UNLIMITED,
                Quotas.UNLIMITED,
                Quotas.UNLIMITED,
                Enforcement.ENFORCED);
    }

    private static Quotas numbers(long most) {
        return new Quotas(
                Rate.UNLIMITED,
                Rate.UNLIMITED,
                most,
                Quotas.UNLIMITED,
                Quotas.UNLIMITED,
                most,
                Quotas.UNLIMITED,
                Enforcement.ENFORCED);
    }
}
