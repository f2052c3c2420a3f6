package org.dmsc.bridge.mqtt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.Errors;
import org.dmsc.bridge.core.a2a.JsonRpc;
import org.dmsc.bridge.mqtt.broker.OutboundPublish;
import org.dmsc.bridge.mqtt.wire.DeviceTopic;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.DeviceBinding;
import org.dmsc.schemas.avro.OwedReply;

/** Answers one JSON-RPC request on its response topic, with its correlation data. */
final class ProfileReply implements ReplyPort {

    private static final int REQUEST_EXPIRED = -32003;
    private static final int RESPONDER_UNAVAILABLE = -32004;
    private static final int TRANSPORT_PROTOCOL_ERROR = -32005;

    private static final Set<Refusal> EXPIRED = Set.of(Refusal.DEADLINE_EXCEEDED, Refusal.ATTEMPT_TIMED_OUT);
    private static final Set<Refusal> NOBODY_THERE = Set.of(
            Refusal.OVERLOADED,
            Refusal.RATE_LIMITED,
            Refusal.UNAVAILABLE,
            Refusal.UNDELIVERABLE,
            Refusal.AGENT_LOST,
            Refusal.NO_CANDIDATE_UP);

    private static final String RECEIPT = "dmsc-receipt";

    private final AgentRef requester;
    private final String topic;
    private final Optional<byte[]> correlation;
    private final Outbox outbox;
    private JsonNode id = NullNode.getInstance();
    private volatile Map<String, String> receipt = Map.of();
    private volatile Optional<Debts.Debt> debt = Optional.empty();

    ProfileReply(AgentRef requester, String topic, Optional<byte[]> correlation, Outbox outbox) {
        this.requester = requester;
        this.topic = topic;
        this.correlation = correlation;
        this.outbox = outbox;
    }

    /** Names the request, once that is known and before it is handled. */
    void answers(JsonNode requestId) {
        this.id = requestId;
    }

    @Override
    public Optional<OwedReply.Builder> place() {
        return Optional.of(OwedReply.newBuilder()
                .setBinding(DeviceBinding.A2A_MQTT)
                .setTopic(topic)
                .setCorrelation(correlation.map(ByteBuffer::wrap).orElse(null))
                .setReference(id.toString()));
    }

    @Override
    public void owes(Debts.Debt owed) {
        debt = Optional.of(owed);
    }

    @Override
    public void receipted(String given) {
        receipt = Map.of(RECEIPT, given);
    }

    @Override
    public void result(ObjectNode result, Optional<AgentRef> assignee, Remake again) {
        Map<String, String> properties = new HashMap<>(receipt);
        assignee.ifPresent(agent -> properties.put("a2a-responder-agent-id", DeviceTopic.clientId(agent)));
        send(
                publish(JsonRpc.result(id, result), properties),
                body -> publish(JsonRpc.result(id, body), properties),
                again,
                Follows.NOTHING);
    }

    @Override
    public void item(ObjectNode streamResponse, Follows follows, Remake again) {
        Map<String, String> first = receipt;
        receipt = Map.of();
        send(
                publish(JsonRpc.result(id, streamResponse), first),
                body -> publish(JsonRpc.result(id, body), first),
                again,
                follows);
    }

    @Override
    public void refused(Refusal refusal, String sentence) {
        if (EXPIRED.contains(refusal)) {
            send(bindingError(REQUEST_EXPIRED, "request_expired", refusal, sentence));
        } else if (NOBODY_THERE.contains(refusal)) {
            send(bindingError(RESPONDER_UNAVAILABLE, "responder_unavailable", refusal, sentence));
        } else {
            send(Errors.jsonRpc(id, refusal, sentence));
        }
    }

    /** The request breaks a rule of the profile itself. */
    void transportError(String sentence) {
        send(bindingError(TRANSPORT_PROTOCOL_ERROR, "transport_protocol_error", Refusal.INVALID_REQUEST, sentence));
    }

    void send(ObjectNode response) {
        outbox.reply(requester, Reply.once(publish(response, Map.of()), debt));
    }

    private void send(OutboundPublish now, Function<ObjectNode, OutboundPublish> write, Remake again, Follows follows) {
        outbox.reply(
                requester,
                new Reply(now, Optional.of(() -> again.body().thenApply(write)), new Reply.Due(debt, follows)));
    }

    private OutboundPublish publish(ObjectNode response, Map<String, String> properties) {
        return new OutboundPublish(
                topic,
                A2aJson.bytes(response),
                Optional.empty(),
                correlation,
                Optional.of(ProfileWriter.JSON),
                properties,
                Optional.empty());
    }

    /** The profile's own errors share their numbers with A2A's; {@code data.a2a_error} tells them apart. */
    private ObjectNode bindingError(int code, String name, Refusal refusal, String sentence) {
        ObjectNode response = Errors.jsonRpc(id, refusal, sentence);
        ObjectNode error = (ObjectNode) response.get("error");
        error.put("code", code);
        ObjectNode data = error.putObject("data").putObject("a2a_error");
        data.put("type", name);
        data.put("reason", Errors.shape(refusal).reason());
        return response;
    }
}
