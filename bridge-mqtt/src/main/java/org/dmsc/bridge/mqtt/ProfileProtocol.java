package org.dmsc.bridge.mqtt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.core.Terms;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.DelegationExtension;
import org.dmsc.bridge.core.a2a.JsonRpc;
import org.dmsc.bridge.mqtt.MqttAgentLink.Answered;
import org.dmsc.bridge.mqtt.broker.Device;
import org.dmsc.bridge.mqtt.broker.InboundPublish;
import org.dmsc.bridge.mqtt.wire.DeviceTopic;
import org.dmsc.bridge.mqtt.wire.TopicRules;
import org.dmsc.schemas.AgentId;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.AgentChannel;

/** A2A over MQTT 0.1, as devices speak it: cards, requests, answers, load. Whose topic it is was decided before. */
final class ProfileProtocol {

    private static final String PROTOCOL = "a2a-mqtt5";
    private static final String EVENT_TYPE = "a2a-event-type";
    private static final String HEARTBEAT = "dmsc-heartbeat";
    private static final int LONGEST_REASON = 1000;
    private static final int MOST_CORRELATION = 1024;

    private final Guard guard;
    private final Presences presences;
    private final MqttAgentLink link;
    private final RequestDesk desk;
    private final Outbox outbox;

    ProfileProtocol(Guard guard, Presences presences, MqttAgentLink link, RequestDesk desk, Outbox outbox) {
        this.guard = guard;
        this.presences = presences;
        this.link = link;
        this.desk = desk;
        this.outbox = outbox;
    }

    /**
     * Takes a publish; the stage completes when it is stored.
     *
     * @throws RefusedException when it is not taken at all
     */
    CompletionStage<?> take(Device device, DeviceTopic topic, InboundPublish publish) {
        switch (topic.kind()) {
            case DISCOVERY:
                requireOwn(device, topic);
                return discovery(device, publish);
            case REQUEST:
                return request(device, topic, publish);
            case REPLY:
                return answer(device, topic, publish);
            case EVENT:
                requireOwn(device, topic);
                return event(device, publish);
            case OUT:
            case IN:
                break;
        }
        throw new IllegalStateException("no topic of this protocol: " + topic);
    }

    private CompletionStage<?> discovery(Device device, InboundPublish publish) {
        if (publish.payload().length == 0) {
            return presences.unregister(device);
        }
        if ("offline".equals(publish.properties().get("a2a-status"))) {
            return presences.leaving(device);
        }
        if (!publish.retain()) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST,
                    "card: is not retained (expected a retained publish on the discovery topic)");
        }
        return presences.register(device, A2aJson.parse(publish.payload()), Optional.empty(), AgentChannel.MQTT5);
    }

    private CompletionStage<?> event(Device device, InboundPublish publish) {
        String type = publish.properties().getOrDefault(EVENT_TYPE, "");
        if (!type.equals(HEARTBEAT)) {
            throw new RefusedException(
                    Refusal.UNSUPPORTED_OPERATION,
                    "event: " + EVENT_TYPE + " is '" + Printable.of(type) + "' (expected " + HEARTBEAT
                            + "; other events are not carried)");
        }
        return presences.heartbeat(device, A2aJson.parse(publish.payload()));
    }

    private CompletionStage<?> request(Device device, DeviceTopic topic, InboundPublish publish) {
        DeviceTopic reply = publish.responseTopic()
                .flatMap(text -> TopicRules.ownReply(device.agent(), text))
                .orElseThrow(() -> noReply(device, publish));
        ProfileReply port = new ProfileReply(device.agent(), reply.text(), publish.correlation(), outbox);
        if (publish.correlation()
                .filter(data -> data.length > 0 && data.length <= MOST_CORRELATION)
                .isEmpty()) {
            port.transportError("correlation data: is missing or longer than " + MOST_CORRELATION + " bytes");
            return CompletableFuture.completedFuture(null);
        }
        JsonRpc.Parsed parsed =
                OpaquePayload.isOne(publish) ? OpaquePayload.request(publish) : JsonRpc.parse(publish.payload());
        if (parsed instanceof JsonRpc.Rejected rejected) {
            port.send(rejected.response());
            return CompletableFuture.completedFuture(null);
        }
        JsonRpc.Request call = (JsonRpc.Request) parsed;
        port.answers(call.id());
        try {
            guard.requireSame(device, Optional.ofNullable(publish.properties().get("a2a-authorization")));
        } catch (RefusedException e) {
            guard.refused("request", device.caller(), e, topic.text());
            port.refused(e.refusal(), e.sentence());
            return CompletableFuture.completedFuture(null);
        }
        if (topic.suffix().isPresent() && call.params().get("message") instanceof ObjectNode message) {
            DelegationExtension.wantTag(message, topic.suffix().get());
        }
        return desk.handle(
                new DeviceRequest(device, call.method(), call.params(), topic.agent(), terms(call, publish)), port);
    }

    private static Terms terms(JsonRpc.Request call, InboundPublish publish) {
        return new Terms(
                call.method().equals("SendStreamingMessage"),
                publish.expiry().filter(expiry -> !expiry.isZero()),
                PROTOCOL,
                Optional.ofNullable(publish.properties().get("traceparent")),
                Optional.empty());
    }

    /** Refused on the publish itself: there is nowhere to say it otherwise. */
    private static RefusedException noReply(Device device, InboundPublish publish) {
        String expected = "' (expected one below '"
                + DeviceTopic.of(DeviceTopic.Kind.REPLY, device.agent()).text() + "/')";
        return publish.responseTopic().isEmpty()
                ? new RefusedException(Refusal.INVALID_REQUEST, "response topic: is missing" + expected.substring(1))
                : new RefusedException(
                        Refusal.NOT_PERMITTED,
                        "response topic: '"
                                + Printable.of(publish.responseTopic().get()) + expected);
    }

    private CompletionStage<?> answer(Device device, DeviceTopic topic, InboundPublish publish) {
        if (!topic.agent().agent().equals(AgentId.GATEWAY)) {
            throw new RefusedException(
                    Refusal.NOT_PERMITTED,
                    "reply to " + topic.agent() + " (expected a reply to what the gateway asked)");
        }
        String deliveryId = topic.suffix().orElseThrow();
        Answered answered =
                BinaryChunk.isOne(publish) ? chunk(device, deliveryId, publish) : heard(device, deliveryId, publish);
        if (answered.taken() == MqttAgentLink.Taken.FOREIGN) {
            throw new RefusedException(
                    Refusal.NOT_PERMITTED,
                    "reply " + deliveryId + ": was asked of another agent (expected a reply to a request of its own)");
        }
        return answered.stored();
    }

    private Answered chunk(Device device, String deliveryId, InboundPublish publish) {
        BinaryChunk chunk;
        try {
            chunk = BinaryChunk.read(publish);
        } catch (RefusedException e) {
            return link.invalid(device, deliveryId, e);
        }
        return link.chunk(device, deliveryId, chunk);
    }

    private Answered heard(Device device, String deliveryId, InboundPublish publish) {
        if (OpaquePayload.isOne(publish)) {
            return link.answer(device, deliveryId, OpaquePayload.answer(publish, link.taskOf(deliveryId)));
        }
        return read(device, deliveryId, publish.payload());
    }

    private Answered read(Device device, String deliveryId, byte[] payload) {
        ObjectNode response;
        try {
            response = A2aJson.parse(payload);
        } catch (RefusedException e) {
            return link.invalid(device, deliveryId, e);
        }
        if (response.get("error") instanceof ObjectNode error) {
            return link.failed(device, deliveryId, reason(error));
        }
        JsonNode result = response.path("result");
        return result instanceof ObjectNode object
                ? link.answer(device, deliveryId, object)
                : link.invalid(
                        device,
                        deliveryId,
                        new RefusedException(
                                Refusal.INVALID_AGENT_RESPONSE,
                                "answer: has neither result nor error (expected a JSON-RPC response)"));
    }

    private static String reason(ObjectNode error) {
        String text =
                error.path("code").asText("") + " " + error.path("message").asText("");
        return text.length() > LONGEST_REASON ? text.substring(0, LONGEST_REASON) : text.strip();
    }

    private static void requireOwn(Device device, DeviceTopic topic) {
        if (!topic.agent().equals(device.agent())) {
            throw new RefusedException(
                    Refusal.NOT_PERMITTED,
                    "topic of " + topic.agent() + " (expected one of " + device.agent()
                            + ", whose connection this is)");
        }
    }
}
