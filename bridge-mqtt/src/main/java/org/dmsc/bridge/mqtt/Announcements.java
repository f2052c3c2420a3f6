package org.dmsc.bridge.mqtt;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.mqtt.broker.OutboundPublish;
import org.dmsc.bridge.mqtt.wire.DeviceTopic;
import org.dmsc.bridge.mqtt.wire.DeviceTopic.Kind;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.AgentChannel;
import org.dmsc.schemas.avro.AgentHealth;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.tenant.directory.Agents;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the cards of all agents retained on their discovery topics, with whether they are online. The broker retains nothing by itself, since
 * no publish of a device reaches it; what is here comes from the registry, so a new broker is filled again.
 */
final class Announcements {

    private static final Logger LOG = LoggerFactory.getLogger(Announcements.class);

    private final Consumer<OutboundPublish> broker;
    private final Map<AgentRef, Announced> announced = new ConcurrentHashMap<>();

    private record Announced(String card, String status) {}

    Announcements(Consumer<OutboundPublish> broker) {
        this.broker = broker;
    }

    /** A change in the registry; called on its feeding thread, in order per agent. */
    void changed(AgentRef agent, Optional<AgentSnapshot> snapshot) {
        try {
            if (snapshot.isEmpty()) {
                announced.remove(agent);
                broker.accept(OutboundPublish.plain(
                        DeviceTopic.of(Kind.DISCOVERY, agent).text(), new byte[0]));
                return;
            }
            Announced now = new Announced(
                    card(agent, snapshot.get()), status(snapshot.get().getHealth()));
            if (!now.equals(announced.put(agent, now))) {
                broker.accept(publish(agent, now));
            }
        } catch (RuntimeException e) {
            LOG.atWarn().setCause(e).addKeyValue("agent", agent).log("card was not announced over mqtt");
        }
    }

    /** Announces with the next change of any kind: the last will of a lost device has taken the card's place. */
    void repeat(AgentRef agent) {
        announced.remove(agent);
    }

    private static OutboundPublish publish(AgentRef agent, Announced now) {
        return new OutboundPublish(
                DeviceTopic.of(Kind.DISCOVERY, agent).text(),
                now.card().getBytes(StandardCharsets.UTF_8),
                Optional.empty(),
                Optional.empty(),
                Optional.of(ProfileWriter.JSON),
                Map.of("a2a-status", now.status(), "a2a-status-source", "broker"),
                Optional.empty());
    }

    /**
     * An agent's card, as those of its tenant see it here.
     *
     * @throws RefusedException AGENT_UNKNOWN
     */
    static ObjectNode card(AgentRef agent, Agents agents) {
        AgentSnapshot snapshot = agents.find(agent)
                .orElseThrow(() -> new RefusedException(
                        Refusal.AGENT_UNKNOWN, "card: no agent '" + agent + "' (expected one that is registered)"));
        return A2aJson.parse(card(agent, snapshot).getBytes(StandardCharsets.UTF_8));
    }

    /** A device's card as it is. Others are reached through the fabric: their own addresses are nobody's business here. */
    private static String card(AgentRef agent, AgentSnapshot snapshot) {
        String original = snapshot.getRegistration().getCardJson();
        if (snapshot.getRegistration().getChannel() == AgentChannel.MQTT5) {
            return original;
        }
        ObjectNode card = A2aJson.parse(original.getBytes(StandardCharsets.UTF_8));
        card.remove("signatures");
        ObjectNode offered = card.putArray("supportedInterfaces").addObject();
        offered.put("url", DeviceTopic.of(Kind.REQUEST, agent).text());
        offered.put("protocolBinding", "A2A-MQTT");
        offered.put("protocolVersion", "1.0");
        return new String(A2aJson.bytes(card), StandardCharsets.UTF_8);
    }

    private static String status(AgentHealth health) {
        switch (health) {
            case UP:
            case DEGRADED:
            case SUSPECT:
                return "online";
            case JOINING:
            case DOWN:
            case DRAINING:
                return "offline";
        }
        throw new IllegalStateException("unknown health: " + health);
    }
}
