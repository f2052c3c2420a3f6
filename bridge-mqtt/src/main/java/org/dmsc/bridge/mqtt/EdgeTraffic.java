package org.dmsc.bridge.mqtt;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.dmsc.bridge.mqtt.broker.Device;
import org.dmsc.bridge.mqtt.broker.InboundPublish;
import org.dmsc.bridge.mqtt.broker.Knock;
import org.dmsc.bridge.mqtt.broker.PublishVerdict;
import org.dmsc.bridge.mqtt.connector.OutsideTraffic;
import org.dmsc.bridge.mqtt.wire.DeviceTopic;
import org.dmsc.bridge.mqtt.wire.DeviceTopic.Kind;
import org.dmsc.bridge.mqtt.wire.TopicRules;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.identity.Caller;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What devices do, taken to whom it concerns. The tenant's border is here: a topic of another tenant goes no further. */
final class EdgeTraffic implements OutsideTraffic {

    private static final Logger LOG = LoggerFactory.getLogger(EdgeTraffic.class);

    private static final int MOST_TOPICS = 20_000;

    private final Map<String, DeviceTopic> topics = new ConcurrentHashMap<>();
    private final Guard guard;
    private final DeviceQuotas quotas;
    private final Devices devices;
    private final Presences presences;
    private final MqttAgentLink link;
    private final ReplyLines replies;
    private final Arrears arrears;
    private final ProfileProtocol profile;
    private final EnvelopeProtocol envelopes;
    private final MqttMetrics metrics;
    private final Announcements announcements;

    EdgeTraffic(EdgeWiring wiring) {
        this.guard = wiring.guard();
        this.quotas = wiring.quotas();
        this.devices = wiring.devices();
        this.presences = wiring.presences();
        this.link = wiring.link();
        this.replies = wiring.replies();
        this.arrears = wiring.arrears();
        this.profile = wiring.profile();
        this.envelopes = wiring.envelopes();
        this.metrics = wiring.metrics();
        this.announcements = wiring.announcements();
    }

    @Override
    public Caller authenticate(Knock knock) {
        return guard.admit(knock);
    }

    @Override
    public Caller vouch(Knock knock, AgentRef agent) {
        return guard.vouch(knock, agent);
    }

    @Override
    public Optional<AgentRef> askedBy(String deliveryName) {
        return link.assigneeOf(deliveryName);
    }

    @Override
    public void refused(String address, RefusedException why, String object) {
        guard.refusedUnknown("outside", address, why, object);
    }

    @Override
    public void connected(Device device) {
        devices.add(device);
        replies.connected(device);
        arrears.connected(device);
        LOG.atInfo()
                .addKeyValue("agent", device.agent())
                .addKeyValue("protocol", device.version())
                .log("mqtt device connected");
    }

    @Override
    public void disconnected(Device device, String reason) {
        guard.forget(device);
        if (devices.remove(device)) {
            link.disconnected(device, reason);
            replies.disconnected(device);
            presences.disconnected(device, reason);
            announcements.repeat(device.agent());
            LOG.atInfo()
                    .addKeyValue("agent", device.agent())
                    .addKeyValue("reason", Printable.of(reason))
                    .log("mqtt device is gone");
        }
    }

    @Override
    public PublishVerdict published(Device device, InboundPublish publish) {
        try {
            guard.requireAdmitted(device);
            return new PublishVerdict.Taken(take(device, publish));
        } catch (RefusedException e) {
            guard.refused("publish", device.caller(), e, publish.topic());
            return new PublishVerdict.Refused(e.refusal(), e.sentence());
        }
    }

    private CompletionStage<?> take(Device device, InboundPublish publish) {
        DeviceTopic topic = topic(publish);
        if (!topic.agent().tenant().equals(device.agent().tenant())) {
            throw new RefusedException(
                    Refusal.CROSS_TENANT,
                    "topic: is one of another tenant (expected one of "
                            + device.agent().tenant() + ")");
        }
        if (topic.kind() == Kind.OUT && topic.agent().equals(device.agent())) {
            replies.requireRoom(device.agent());
            return envelopes.take(device, publish);
        }
        if (topic.kind() == Kind.OUT || topic.kind() == Kind.IN) {
            throw new RefusedException(
                    Refusal.NOT_PERMITTED,
                    "topic: '" + Printable.of(publish.topic()) + "' (expected "
                            + DeviceTopic.of(Kind.OUT, device.agent()).text() + ")");
        }
        if (device.version() != Device.Version.MQTT5) {
            throw new RefusedException(
                    Refusal.UNSUPPORTED_VERSION,
                    "topic: '" + Printable.of(publish.topic()) + "' needs MQTT 5 (expected envelopes on "
                            + DeviceTopic.of(Kind.OUT, device.agent()).text() + ")");
        }
        if (topic.kind() == Kind.REQUEST) {
            guard.requireRate(device, publish.payload().length);
            replies.requireRoom(device.agent());
        }
        return profile.take(device, topic, publish);
    }

    /** A device publishes to the same few topics again and again; replies, which each have one of their own, are not remembered. */
    private DeviceTopic topic(InboundPublish publish) {
        DeviceTopic known = topics.get(publish.topic());
        if (known == null) {
            Optional<DeviceTopic> parsed = DeviceTopic.parse(publish.topic());
            if (parsed.isEmpty()) {
                metrics.published("unknown");
                throw new RefusedException(
                        Refusal.NOT_PERMITTED,
                        "topic: '" + Printable.of(publish.topic()) + "' (expected one of docs/mqtt-311.md)");
            }
            known = parsed.get();
            if (known.kind() != Kind.REPLY && topics.size() < MOST_TOPICS) {
                topics.put(publish.topic(), known);
            }
        }
        metrics.published(known.kind().word());
        return known;
    }

    @Override
    public Optional<RefusedException> refusesSubscription(Device device, String filter) {
        if (!allowed(TopicRules.maySubscribe(device.agent(), filter), "subscribe", device, filter)) {
            return Optional.of(new RefusedException(
                    Refusal.NOT_PERMITTED, "not a topic of this agent (expected one of its own tenant and name)"));
        }
        try {
            quotas.subscribe(device, filter);
            return Optional.empty();
        } catch (RefusedException e) {
            guard.refused("subscribe", device.caller(), e, filter);
            return Optional.of(e);
        }
    }

    @Override
    public boolean mayLeaveWill(Device device, String topic) {
        return allowed(TopicRules.mayLeaveWill(device.agent(), topic), "will", device, topic);
    }

    @Override
    public String willTopic(Device device) {
        return DeviceTopic.of(Kind.DISCOVERY, device.agent()).text();
    }

    @Override
    public void subscribed(Device device, String filter) {
        presences.subscribed(device, filter);
        replies.subscribed(device);
    }

    @Override
    public void unsubscribed(Device device, String filter) {
        quotas.unsubscribe(device, filter);
        presences.unsubscribed(device, filter);
    }

    @Override
    public void sent(Device device, String tag, int qos) {
        if (ReplyLines.isReply(tag)) {
            replies.sent(device, tag, qos);
        } else {
            link.sent(device, tag, qos);
        }
    }

    @Override
    public void received(Device device, String tag, Receipt receipt) {
        if (ReplyLines.isReply(tag)) {
            replies.received(device, tag, receipt);
        } else {
            link.received(device, tag, receipt);
        }
    }

    private boolean allowed(boolean allowed, String what, Device device, String object) {
        if (!allowed) {
            boolean foreign = DeviceTopic.parse(object)
                    .filter(topic ->
                            !topic.agent().tenant().equals(device.agent().tenant()))
                    .isPresent();
            guard.refused(
                    what,
                    device.caller(),
                    new RefusedException(
                            foreign ? Refusal.CROSS_TENANT : Refusal.NOT_PERMITTED,
                            what + " '" + Printable.of(object) + "' refused"),
                    object);
        }
        return allowed;
    }
}
