package org.dmsc.bridge.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import org.dmsc.bridge.mqtt.testing.Paho5;
import org.dmsc.bridge.mqtt.testing.SharedEdge;
import org.dmsc.bridge.mqtt.testing.SharedEdge.Edge;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.AgentChannel;
import org.dmsc.schemas.avro.AgentHealth;
import org.dmsc.schemas.avro.AgentRegistration;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedEdge.class)
final class TenantBorderTest {

    @Test
    void refusesSubscriptionsBeyondTheAgentsOwnTopics(Edge edge) throws Exception {
        AgentRef agent = edge.agent("acme", "curious");
        String id = ConnectingTest.id(agent);

        try (Paho5 device = Paho5.connect(edge, agent)) {
            for (String filter : new String[] {
                "#",
                "+/#",
                "$a2a/#",
                "$a2a/v1/discovery/#",
                "$a2a/v1/discovery/globex/main/+",
                "$a2a/v1/request/acme/main/+",
                "$a2a/v1/request/acme/main/other",
                "$a2a/v1/reply/acme/main/gateway/+",
                "dmsc/v1/acme/other/in",
                "dmsc/v1/acme/+/in",
                "$SYS/#",
                "$a2a/v1/discovery/acme-2/#",
                "dmsc/v1/" + agent + "/out"
            }) {
                assertThat(subscribe(device, filter)).as(filter).isGreaterThanOrEqualTo(0x80);
            }
            for (String filter : new String[] {
                "$a2a/v1/request/" + id,
                "$a2a/v1/reply/" + id + "/+",
                "$a2a/v1/reply/" + id + "/#",
                "$a2a/v1/discovery/acme/main/+",
                "$a2a/v1/discovery/acme/#",
                "dmsc/v1/" + agent + "/in"
            }) {
                assertThat(subscribe(device, filter)).as(filter).isLessThan(3);
            }
            assertThat(device.isConnected()).isTrue();
        }
        assertThat(edge.audit.saw(Refusal.CROSS_TENANT, agent.agent().value(), "dmsc/v1/acme/other/in"))
                .isFalse();
        assertThat(edge.audit.saw(Refusal.NOT_PERMITTED, agent.agent().value(), "dmsc/v1/acme/other/in"))
                .isTrue();
    }

    @Test
    void refusesPublishesToTheTopicsOfOthers(Edge edge) throws Exception {
        AgentRef agent = edge.agent("acme", "pushy");

        try (Paho5 device = Paho5.connect(edge, agent)) {
            for (String topic : new String[] {
                "$a2a/v1/request/globex/main/gateway",
                "$a2a/v1/discovery/globex/main/x",
                "$a2a/v1/discovery/acme/main/other",
                "$a2a/v1/discovery/acme/other-unit/x",
                "$a2a/v1/reply/acme/main/other/1",
                "dmsc/v1/globex/x/out",
                "x",
                "$SYS/x",
                "$a2a/v1/request/acme-2/main/gateway",
                "$a2a/v1/request/acme/main/gateway/more"
            }) {
                IMqttToken token = device.publish(
                        topic, "{}", false, Paho5.properties("$a2a/v1/reply/" + ConnectingTest.id(agent) + "/1", "c"));
                assertThat(ProfileAgentTest.reasonCode(token)).as(topic).isEqualTo(0x87);
            }
        }
        assertThat(edge.audit.saw(Refusal.CROSS_TENANT, agent.agent().value(), "$a2a/v1/request/globex/main/gateway"))
                .isTrue();
        assertThat(edge.exchange.asked())
                .noneMatch(asked -> asked.caller().agent().orElseThrow().equals(agent));
    }

    @Test
    void keepsTheCardsOfTheTenantRetainedForTheTenantOnly(Edge edge) throws Exception {
        AgentRef agent = edge.agent("acme", "announced");
        AgentRef reader = edge.agent("acme", "reader");
        String topic = "$a2a/v1/discovery/" + ConnectingTest.id(agent);
        edge.directory.agents.put(agent, httpAgent(), AgentHealth.UP);

        try (Paho5 device = Paho5.connect(edge, reader)) {
            device.subscribe(topic);
            Paho5.Received card = device.next();
            assertThat(card.message().isRetained()).isTrue();
            assertThat(card.json().path("name").asText()).isEqualTo("billing");
            assertThat(card.json().toString()).doesNotContain("internal.example");
            assertThat(status(card)).isEqualTo("online");

            edge.directory.agents.put(agent, httpAgent(), AgentHealth.DOWN);
            assertThat(status(device.next())).isEqualTo("offline");
            edge.directory.agents.remove(agent);
            assertThat(device.next().json().isNull()).isTrue();
        }
        try (Paho5 late = Paho5.connect(edge, edge.agent("acme", "late"))) {
            late.subscribe(topic);
            late.subscribe("$a2a/v1/reply/" + late.client().getClientId() + "/+");
            assertThat(late.hasNothing()).isTrue();
        }
    }

    private static String status(Paho5.Received card) {
        return card.properties().getUserProperties().stream()
                .filter(property -> property.getKey().equals("a2a-status"))
                .findFirst()
                .orElseThrow()
                .getValue();
    }

    private static AgentRegistration httpAgent() {
        return AgentRegistration.newBuilder()
                .setCardJson("{\"name\":\"billing\",\"supportedInterfaces\":[{\"url\":\"https://internal.example\"}]}")
                .setName("billing")
                .setDescription("")
                .setChannel(AgentChannel.A2A_HTTP)
                .setUrl("https://internal.example")
                .setSkills(java.util.List.of())
                .build();
    }

    static int subscribe(Paho5 device, String filter) throws Exception {
        IMqttToken token = device.client().subscribe(filter, 1);
        return ProfileAgentTest.reasonCode(token);
    }
}
