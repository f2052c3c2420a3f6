package org.dmsc.bridge.mqtt;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.Errors;
import org.dmsc.bridge.mqtt.broker.OutboundPublish;
import org.dmsc.bridge.mqtt.wire.DeviceTopic;
import org.dmsc.bridge.mqtt.wire.DeviceTopic.Kind;
import org.dmsc.bridge.mqtt.wire.Envelope;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.DeviceBinding;
import org.dmsc.schemas.avro.OwedReply;

/** Answers one envelope on the agent's {@code in} topic. */
final class EnvelopeReply implements ReplyPort {

    private final AgentRef requester;
    private final Outbox outbox;
    private final Supplier<String> ids;
    private Optional<String> ref = Optional.empty();
    private volatile Optional<String> receipt = Optional.empty();
    private volatile Optional<Debts.Debt> debt = Optional.empty();

    EnvelopeReply(AgentRef requester, Outbox outbox, Supplier<String> ids) {
        this.requester = requester;
        this.outbox = outbox;
        this.ids = ids;
    }

    /** Names the envelope, once that is known and before it is handled. */
    void answers(String envelopeId) {
        this.ref = Optional.of(envelopeId);
    }

    void acknowledge() {
        send(Envelope.answer(Envelope.Type.ACK, ids.get(), ref, A2aJson.object()));
    }

    @Override
    public Optional<OwedReply.Builder> place() {
        return ref.map(id -> OwedReply.newBuilder()
                .setBinding(DeviceBinding.DMSC_MQTT311)
                .setTopic(DeviceTopic.of(Kind.IN, requester).text())
                .setReference(id));
    }

    @Override
    public void owes(Debts.Debt owed) {
        debt = Optional.of(owed);
    }

    @Override
    public void receipted(String given) {
        receipt = Optional.of(given);
    }

    @Override
    public void result(ObjectNode result, Optional<AgentRef> assignee, Remake again) {
        String envelopeId = ids.get();
        Optional<String> first = receipt;
        send(
                receipted(reply(envelopeId, result), first),
                body -> receipted(reply(envelopeId, body), first),
                again,
                Follows.NOTHING);
    }

    @Override
    public void item(ObjectNode streamResponse, Follows follows, Remake again) {
        String envelopeId = ids.get();
        Optional<String> first = receipt;
        receipt = Optional.empty();
        send(
                receipted(event(envelopeId, streamResponse, follows), first),
                body -> receipted(event(envelopeId, body, follows), first),
                again,
                follows);
    }

    private static ObjectNode receipted(ObjectNode envelope, Optional<String> given) {
        given.ifPresent(one -> envelope.put("receipt", one));
        return envelope;
    }

    /** What A2A answers bare (a Task for GetTask) is wrapped, so that a reply has one shape. */
    private ObjectNode reply(String envelopeId, ObjectNode result) {
        ObjectNode body = result.has("task") || result.has("tasks")
                ? result
                : A2aJson.object().set("task", result);
        return Envelope.answer(Envelope.Type.REPLY, envelopeId, ref, body);
    }

    private ObjectNode event(String envelopeId, ObjectNode streamResponse, Follows follows) {
        ObjectNode envelope = Envelope.answer(Envelope.Type.EVENT, envelopeId, ref, streamResponse);
        envelope.put("last", follows == Follows.NOTHING);
        return envelope;
    }

    @Override
    public void refused(Refusal refusal, String sentence) {
        Errors.Shape shape = Errors.shape(refusal);
        ObjectNode body = A2aJson.object();
        body.put("code", shape.jsonRpcCode());
        body.put("reason", shape.reason());
        body.put("message", Errors.visible(refusal, sentence));
        send(Envelope.answer(Envelope.Type.ERROR, ids.get(), ref, body));
    }

    private void send(ObjectNode envelope) {
        outbox.reply(requester, Reply.once(publish(envelope), debt));
    }

    private void send(ObjectNode now, UnaryOperator<ObjectNode> write, Remake again, Follows follows) {
        outbox.reply(
                requester,
                new Reply(
                        publish(now),
                        Optional.of(() -> again.body().thenApply(write).thenApply(this::publish)),
                        new Reply.Due(debt, follows)));
    }

    private OutboundPublish publish(ObjectNode envelope) {
        return OutboundPublish.plain(DeviceTopic.of(Kind.IN, requester).text(), A2aJson.bytes(envelope));
    }
}
