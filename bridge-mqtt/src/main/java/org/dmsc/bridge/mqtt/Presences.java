package org.dmsc.bridge.mqtt;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.dmsc.bridge.core.AgentReports;
import org.dmsc.bridge.core.a2a.AgentHints;
import org.dmsc.bridge.core.a2a.Cards;
import org.dmsc.bridge.core.cards.CardGate;
import org.dmsc.bridge.core.cards.CardSources;
import org.dmsc.bridge.mqtt.broker.Device;
import org.dmsc.bridge.mqtt.wire.DeviceTopic;
import org.dmsc.bridge.mqtt.wire.DeviceTopic.Kind;
import org.dmsc.bridge.mqtt.wire.TopicRules;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.AgentChannel;
import org.dmsc.schemas.avro.AgentLoad;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.tenant.directory.Agents;

/**
 * Tells the registry about devices. One is present when it is registered <em>and</em> hears the topic on which its tasks come: connected alone
 * it would miss them.
 */
final class Presences {

    private final AgentReports reports;
    private final Agents agents;
    private final Devices devices;
    private final Outbox outbox;
    private final Consumer<AgentRef> room;
    private final CardGate cards;
    private final Clock clock;

    /** How agents registered here lately are reached: the registry's view of them may lag behind. */
    private final Map<AgentRef, AgentChannel> channels = new ConcurrentHashMap<>();

    /** @param room refuses an agent that its tenant has no room for */
    Presences(MqttEdgeParts parts, Devices devices, Outbox outbox, Consumer<AgentRef> room) {
        this.room = room;
        this.cards = parts.cards();
        this.clock = parts.clock();
        this.reports = parts.reports();
        this.agents = parts.agents();
        this.devices = devices;
        this.outbox = outbox;
    }

    /** The agent says what it is; completes when Kafka has it. */
    CompletionStage<Void> register(Device device, ObjectNode card, Optional<ObjectNode> beside, AgentChannel channel) {
        room.accept(device.agent());
        CardGate.Verdict verdict = cards.admit(
                device.agent(),
                CardSources.posted(
                        Cards.registration(card, channel, AgentHints.of(card, beside)),
                        cards.check().signer(card, device.agent()),
                        clock.millis()),
                device.caller().id().uri());
        if (verdict instanceof CardGate.SetAside aside) {
            // It is kept meanwhile; the device has its answer now, since a late one would be a hang-up.
            throw aside.refusal();
        }
        AgentRegistration registration = CardSources.continued(
                ((CardGate.Admitted) verdict).registration(),
                agents.find(device.agent()).map(AgentSnapshot::getRegistration));
        channels.put(device.agent(), channel);
        return reports.register(
                device.agent(),
                registration,
                hears(device.agent(), channel) ? reports.presenceOf(device.agent()) : Optional.empty());
    }

    CompletionStage<Void> unregister(Device device) {
        channels.remove(device.agent());
        return reports.unregister(device.agent());
    }

    /** The agent goes, and says so before it does. */
    CompletionStage<Void> leaving(Device device) {
        return reports.absent(device.agent(), "the agent said that it goes offline");
    }

    /** {@code {"cpu": 0.0 to 1.0, "queueDepth": 0}}. */
    CompletionStage<Void> heartbeat(Device device, ObjectNode load) {
        double cpu = load.path("cpu").asDouble(0);
        int queueDepth = load.path("queueDepth").asInt(0);
        if (!(cpu >= 0 && cpu <= 1) || queueDepth < 0) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST,
                    "heartbeat: cpu or queueDepth is out of range (expected 0 to 1, and 0 or more)");
        }
        return reports.heartbeat(
                device.agent(),
                AgentLoad.newBuilder().setCpu(cpu).setQueueDepth(queueDepth).build());
    }

    void subscribed(Device device, String filter) {
        devices.subscribed(device, filter);
        channelOf(device.agent())
                .filter(channel -> TopicRules.matches(filter, requestTopic(device.agent(), channel)))
                .ifPresent(channel -> announce(device));
    }

    /** A device that could not be announced would wait for tasks in vain: it has to connect again. */
    private void announce(Device device) {
        reports.present(device.agent()).whenComplete((done, fault) -> {
            if (fault != null) {
                outbox.hangUp(device, "it could not be announced, connect again");
            }
        });
    }

    void unsubscribed(Device device, String filter) {
        devices.unsubscribed(device, filter);
        absentUnlessHearing(device.agent(), "unsubscribed from its request topic");
    }

    /** After the connection is gone from {@link Devices}. */
    void disconnected(Device device, String reason) {
        absentUnlessHearing(device.agent(), reason);
    }

    private CompletionStage<Void> absentUnlessHearing(AgentRef agent, String reason) {
        Optional<AgentChannel> channel = channelOf(agent);
        return channel.isPresent() && !hears(agent, channel.get())
                ? reports.absent(agent, reason)
                : CompletableFuture.completedFuture(null);
    }

    private Optional<AgentChannel> channelOf(AgentRef agent) {
        return Optional.ofNullable(channels.get(agent))
                .or(() -> agents.find(agent).map(AgentSnapshot::getRegistration).map(AgentRegistration::getChannel))
                .filter(channel -> channel != AgentChannel.A2A_HTTP);
    }

    private boolean hears(AgentRef agent, AgentChannel channel) {
        return devices.hearing(agent, requestTopic(agent, channel)).isPresent();
    }

    private static String requestTopic(AgentRef agent, AgentChannel channel) {
        return DeviceTopic.of(channel == AgentChannel.MQTT5 ? Kind.REQUEST : Kind.IN, agent)
                .text();
    }
}
