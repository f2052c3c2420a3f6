package org.dmsc.bridge.mqtt.connector;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.dmsc.bridge.mqtt.broker.InboundPublish;
import org.dmsc.bridge.mqtt.wire.DeviceTopic;
import org.dmsc.bridge.mqtt.wire.DeviceTopic.Kind;
import org.dmsc.schemas.AgentId;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * Whose publish is it? MQTT does not say who sent one, so the topics do: the agent of its own topic, of the response topic of a request, or
 * the one that was asked, of an answer. That the outside broker lets nobody else write there is its operator's business; that it speaks for
 * no agent beyond those it was given is ours.
 */
final class Inlet {

    /** Marks what the fabric publishes there: it must not come back as something new. */
    static final String VIA = "dmsc-via";

    private static final String RESERVED = "dmsc-";

    private final ConnectorSettings settings;
    private final Function<String, Optional<AgentRef>> asked;

    Inlet(ConnectorSettings settings, Function<String, Optional<AgentRef>> asked) {
        this.settings = settings;
        this.asked = asked;
    }

    /** What is to be done with a publish. */
    sealed interface Sorted {

        /** It is for the fabric, in the fabric's words. */
        record Ours(AgentRef sender, DeviceTopic topic, InboundPublish publish) implements Sorted {}

        /** It is our own, or an answer that nobody waits for. */
        record Ignored(String why) implements Sorted {}

        /** It is from somebody for whom this broker may not speak. */
        record Foreign(RefusedException why) implements Sorted {}
    }

    /** Of a publish as the broker has it, reserved properties and all. */
    Sorted sort(InboundPublish publish) {
        if (publish.properties().containsKey(VIA)) {
            return new Sorted.Ignored("own");
        }
        Optional<DeviceTopic> topic = settings.topics().inside(publish.topic());
        if (topic.isEmpty()) {
            return foreign("topic: '" + Printable.of(publish.topic()) + "' (expected one of the profile's)");
        }
        if (isOfExposed(topic.get())) {
            return new Sorted.Ignored("own");
        }
        Optional<AgentRef> sender = sender(topic.get(), publish);
        if (sender.isEmpty()) {
            return topic.get().kind() == Kind.REPLY
                    ? new Sorted.Ignored("late")
                    : foreign("response topic: '"
                            + Printable.of(publish.responseTopic().orElse(""))
                            + "' (expected one below the requester's reply topic)");
        }
        AgentId agent = sender.get().agent();
        if (!settings.agents().has(agent) || settings.exposed().contains(agent) || agent.equals(AgentId.GATEWAY)) {
            return foreign("agent: '" + agent + "' is none of this broker's (expected one of "
                    + settings.agents().patterns() + ")");
        }
        return new Sorted.Ours(sender.get(), topic.get(), translated(topic.get(), publish));
    }

    /** The cards of exposed agents are ours: nobody there may change them. */
    private boolean isOfExposed(DeviceTopic topic) {
        return topic.kind() == Kind.DISCOVERY
                && settings.exposed().contains(topic.agent().agent());
    }

    private Optional<AgentRef> sender(DeviceTopic topic, InboundPublish publish) {
        switch (topic.kind()) {
            case DISCOVERY:
            case EVENT:
            case OUT:
            case IN:
                return Optional.of(topic.agent());
            case REQUEST:
                return publish.responseTopic()
                        .flatMap(settings.topics()::inside)
                        .filter(reply -> reply.kind() == Kind.REPLY)
                        .map(DeviceTopic::agent);
            case REPLY:
                return topic.suffix().flatMap(asked);
        }
        throw new IllegalStateException("unknown kind of topic: " + topic.kind());
    }

    private InboundPublish translated(DeviceTopic topic, InboundPublish publish) {
        Map<String, String> properties = new HashMap<>();
        publish.properties().forEach((name, value) -> {
            if (!name.toLowerCase(Locale.ROOT).startsWith(RESERVED)) {
                properties.put(name, value);
            }
        });
        return new InboundPublish(
                topic.text(),
                publish.payload(),
                publish.qos(),
                publish.retain(),
                publish.responseTopic().flatMap(settings.topics()::inside).map(DeviceTopic::text),
                publish.correlation(),
                publish.contentType(),
                publish.expiry(),
                properties);
    }

    private static Sorted foreign(String sentence) {
        return new Sorted.Foreign(new RefusedException(Refusal.NOT_PERMITTED, sentence));
    }
}
