package org.dmsc.bridge.mqtt;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.dmsc.bridge.core.Terms;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.TaskKey;
import org.dmsc.bridge.mqtt.MqttAgentLink.Answered;
import org.dmsc.bridge.mqtt.broker.Device;
import org.dmsc.bridge.mqtt.broker.InboundPublish;
import org.dmsc.bridge.mqtt.wire.Envelope;
import org.dmsc.bridge.mqtt.wire.ShortForms;
import org.dmsc.schemas.AgentId;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.AgentChannel;

/**
 * The envelope of MQTT 3.1.1, as devices speak it. What is understood and refused is acknowledged and answered with an {@code error} envelope,
 * because a 3.1.1 PUBACK can only say yes.
 */
final class EnvelopeProtocol {

    private static final String PROTOCOL = "dmsc-mqtt311";
    private static final Set<Refusal> AUDITED_HERE = Set.of(
            Refusal.UNAUTHENTICATED,
            Refusal.DPOP_BINDING,
            Refusal.IDENTITY_MISMATCH,
            Refusal.RATE_LIMITED,
            Refusal.QUOTA_EXCEEDED);
    private static final int LONGEST_REASON = 1000;

    private final Guard guard;
    private final Presences presences;
    private final MqttAgentLink link;
    private final RequestDesk desk;
    private final Outbox outbox;
    private final Supplier<String> ids;

    EnvelopeProtocol(
            Guard guard,
            Presences presences,
            MqttAgentLink link,
            RequestDesk desk,
            Outbox outbox,
            Supplier<String> ids) {
        this.guard = guard;
        this.presences = presences;
        this.link = link;
        this.desk = desk;
        this.outbox = outbox;
        this.ids = ids;
    }

    /** Takes an envelope of the agent whose connection it is; the stage completes when it is stored. */
    CompletionStage<?> take(Device device, InboundPublish publish) {
        EnvelopeReply port = new EnvelopeReply(device.agent(), outbox, ids);
        try {
            ObjectNode json = A2aJson.parse(publish.payload());
            Envelope.idOf(json).ifPresent(port::answers);
            Envelope envelope = Envelope.read(json);
            envelope.parameter("a2a-version").ifPresent(EnvelopeProtocol::requireVersion);
            guard.requireSame(device, envelope.parameter("authorization"));
            if (envelope.type() == Envelope.Type.REQUEST) {
                guard.requireRate(device, publish.payload().length);
            }
            return handle(device, envelope, port);
        } catch (RefusedException e) {
            if (AUDITED_HERE.contains(e.refusal())) {
                guard.refused("request", device.caller(), e, publish.topic());
            }
            port.refused(e.refusal(), e.sentence());
            return CompletableFuture.completedFuture(null);
        }
    }

    private CompletionStage<?> handle(Device device, Envelope envelope, EnvelopeReply port) {
        switch (envelope.type()) {
            case REGISTER:
                return acknowledged(register(device, envelope), port);
            case UNREGISTER:
                return acknowledged(presences.unregister(device), port);
            case HEARTBEAT:
                return presences.heartbeat(device, envelope.body());
            case REQUEST:
                return desk.handle(request(device, envelope), port);
            case REPLY:
                return answered(device, envelope, ShortForms.reply(envelope, taskOf(envelope)), port);
            case EVENT:
                return answered(device, envelope, ShortForms.event(envelope, taskOf(envelope)), port);
            case ERROR:
                return stored(link.failed(device, ref(envelope), reason(envelope)), port);
            case ACK:
                return CompletableFuture.completedFuture(null);
            case CANCEL:
                break;
        }
        throw new RefusedException(
                Refusal.UNKNOWN_OPERATION,
                "type: cancel goes to agents (expected a request with operation CancelTask)");
    }

    private CompletionStage<?> register(Device device, Envelope envelope) {
        ObjectNode body = envelope.body();
        if (body.get("card") instanceof ObjectNode card) {
            Optional<ObjectNode> beside =
                    body.get("dmsc") instanceof ObjectNode given ? Optional.of(given) : Optional.empty();
            return presences.register(device, card, beside, AgentChannel.MQTT311);
        }
        return presences.register(device, body, Optional.empty(), AgentChannel.MQTT311);
    }

    private static CompletionStage<?> acknowledged(CompletionStage<?> stored, EnvelopeReply port) {
        return stored.thenRun(port::acknowledge);
    }

    private static DeviceRequest request(Device device, Envelope envelope) {
        String operation = envelope.operation().orElse("SendMessage");
        boolean streaming = operation.equals("SendStreamingMessage");
        AgentRef addressed = new AgentRef(
                device.agent().tenant(), envelope.to().map(AgentId::new).orElse(AgentId.GATEWAY));
        Terms terms =
                new Terms(streaming, envelope.timeout(), PROTOCOL, envelope.parameter("traceparent"), Optional.empty());
        ObjectNode params =
                streaming || operation.equals("SendMessage") ? ShortForms.request(envelope) : envelope.body();
        return new DeviceRequest(device, operation, params, addressed, terms);
    }

    private CompletionStage<?> answered(Device device, Envelope envelope, ObjectNode response, EnvelopeReply port) {
        return stored(link.answer(device, ref(envelope), response), port);
    }

    private CompletionStage<?> stored(Answered answered, EnvelopeReply port) {
        if (answered.taken() != MqttAgentLink.Taken.OPEN) {
            // The same words whether it is somebody else's or nobody's.
            port.refused(Refusal.TASK_UNKNOWN, "ref: names no request that this agent has open");
        }
        return answered.stored();
    }

    private static String ref(Envelope envelope) {
        return envelope.ref()
                .orElseThrow(() -> new RefusedException(
                        Refusal.INVALID_REQUEST, "ref: is missing (expected the id of the request that this answers)"));
    }

    /** The open delivery's task, for answers that leave the ids out. */
    private Optional<TaskKey> taskOf(Envelope envelope) {
        return link.taskOf(ref(envelope));
    }

    private static String reason(Envelope envelope) {
        String text = envelope.body().path("message").asText("no reason given");
        return text.length() > LONGEST_REASON ? text.substring(0, LONGEST_REASON) : text;
    }

    private static void requireVersion(String version) {
        if (!version.equals("1.0")) {
            throw new RefusedException(
                    Refusal.UNSUPPORTED_VERSION,
                    "parameters.A2A-Version: is '" + Printable.of(version) + "' (expected 1.0)");
        }
    }
}
