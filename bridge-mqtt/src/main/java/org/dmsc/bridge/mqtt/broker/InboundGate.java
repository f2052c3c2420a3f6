package org.dmsc.bridge.mqtt.broker;

import com.hivemq.extension.sdk.api.async.Async;
import com.hivemq.extension.sdk.api.interceptor.puback.PubackOutboundInterceptor;
import com.hivemq.extension.sdk.api.interceptor.puback.parameter.PubackOutboundInput;
import com.hivemq.extension.sdk.api.interceptor.puback.parameter.PubackOutboundOutput;
import com.hivemq.extension.sdk.api.interceptor.publish.PublishInboundInterceptor;
import com.hivemq.extension.sdk.api.interceptor.publish.parameter.PublishInboundInput;
import com.hivemq.extension.sdk.api.interceptor.publish.parameter.PublishInboundOutput;
import com.hivemq.extension.sdk.api.interceptor.pubrec.PubrecOutboundInterceptor;
import com.hivemq.extension.sdk.api.interceptor.pubrec.parameter.PubrecOutboundInput;
import com.hivemq.extension.sdk.api.interceptor.pubrec.parameter.PubrecOutboundOutput;
import com.hivemq.extension.sdk.api.packets.publish.AckReasonCode;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.dmsc.schemas.Refusal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way in for one connection: each PUBLISH goes to the edge and never into the broker, and its PUBACK or PUBREC is held until the edge has
 * stored it; what could not be stored is not acknowledged, its connection ends and the client sends it again. The publish interceptor itself answers at once, because HiveMQ runs one interceptor per client at a time: held there, a client
 * would have one message on its way.
 *
 * <p>HiveMQ remembers a QoS 2 packet id until its connection ends, also when the PUBREC said no, and answers the next PUBLISH with that id by
 * itself: that message would be lost. A QoS 2 publish that is not taken therefore ends the connection.
 */
final class InboundGate implements PublishInboundInterceptor, PubackOutboundInterceptor, PubrecOutboundInterceptor {

    private static final Logger LOG = LoggerFactory.getLogger(InboundGate.class);

    /** HiveMQ sends the affirmative acknowledgement when this passes, so our own time limit must come first, and Kafka's before that. */
    private static final Duration HOLD_AT_MOST = Duration.ofMinutes(10);

    private final Device device;
    private final DeviceTraffic traffic;
    private final HeldAcks held;
    private final Backpressure all;
    private final ReadWindow window;
    private final Supplier<CompletableFuture<Boolean>> hangUp;
    private final Map<Integer, CompletableFuture<?>> pending = new ConcurrentHashMap<>();

    InboundGate(
            Device device,
            DeviceTraffic traffic,
            HeldAcks held,
            Backpressure all,
            ReadWindow window,
            Supplier<CompletableFuture<Boolean>> hangUp) {
        this.device = device;
        this.traffic = traffic;
        this.held = held;
        this.all = all;
        this.window = window;
        this.hangUp = hangUp;
    }

    @Override
    public void onInboundPublish(PublishInboundInput input, PublishInboundOutput output) {
        int qos = input.getPublishPacket().getQos().getQosNumber();
        PublishVerdict verdict = verdict(input);
        int size =
                input.getPublishPacket().getPayload().map(ByteBuffer::remaining).orElse(0);
        if (verdict instanceof PublishVerdict.Taken taken) {
            count(size, taken.stored());
            if (qos > 0) {
                hold(input.getPublishPacket().getPacketId(), taken.stored().toCompletableFuture());
            }
            output.preventPublishDelivery(AckReasonCode.SUCCESS);
            return;
        }
        window.done(size);
        PublishVerdict.Refused refused = (PublishVerdict.Refused) verdict;
        if (qos == 2) {
            hold(
                    input.getPublishPacket().getPacketId(),
                    CompletableFuture.failedFuture(new NotTaken(refused.refusal())));
            output.preventPublishDelivery(AckReasonCode.SUCCESS);
        } else {
            output.preventPublishDelivery(ReasonCodes.ack(refused.refusal()), refused.sentence());
        }
    }

    @Override
    public void onOutboundPuback(PubackOutboundInput input, PubackOutboundOutput output) {
        held(input.getPubackPacket().getPacketIdentifier(), () -> output.async(HOLD_AT_MOST));
    }

    @Override
    public void onOutboundPubrec(PubrecOutboundInput input, PubrecOutboundOutput output) {
        held(input.getPubrecPacket().getPacketIdentifier(), () -> output.async(HOLD_AT_MOST));
    }

    private void held(int packetId, Supplier<Async<?>> hold) {
        CompletableFuture<?> stored = pending.remove(packetId);
        if (stored != null && !isDone(stored)) {
            held.hold(device.agent(), stored, hold.get(), hangUp);
        }
    }

    private void count(int size, CompletionStage<?> stored) {
        all.take(Backpressure.cost(size));
        CompletionStage<?> unused = stored.whenComplete((done, fault) -> {
            all.release(Backpressure.cost(size));
            window.done(size);
        });
    }

    private PublishVerdict verdict(PublishInboundInput input) {
        try {
            return traffic.published(device, Packets.inbound(input.getPublishPacket()));
        } catch (Throwable e) {
            // Errors too: HiveMQ acknowledges the message as delivered when an interceptor throws, and an Error stops
            // its thread for all clients.
            LOG.atError()
                    .setCause(e)
                    .addKeyValue("agent", device.agent())
                    .log("mqtt publish failed inside the fabric; refused");
            return new PublishVerdict.Refused(Refusal.INTERNAL, Refusal.INTERNAL.meaning());
        }
    }

    /** Two publishes with one packet id on one connection break the protocol; then the acknowledgement waits for both. */
    private void hold(int packetId, CompletableFuture<?> stored) {
        pending.merge(packetId, stored, (first, second) -> CompletableFuture.allOf(first, second));
    }

    private static boolean isDone(CompletableFuture<?> stored) {
        return stored.isDone() && !stored.isCompletedExceptionally();
    }

    private static final class NotTaken extends RuntimeException {

        private static final long serialVersionUID = 1L;

        NotTaken(Refusal refusal) {
            super(refusal.name(), null, false, false);
        }
    }
}
