package org.dmsc.bridge.mqtt;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.dmsc.bridge.core.AttemptSink;
import org.dmsc.bridge.core.Certainty;
import org.dmsc.bridge.core.DeliveryOrder;
import org.dmsc.bridge.core.a2a.AgentReplies;
import org.dmsc.bridge.core.a2a.AgentReply;
import org.dmsc.bridge.core.a2a.RequestName;
import org.dmsc.bridge.core.a2a.TaskKey;
import org.dmsc.bridge.mqtt.broker.Device;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.AgentChannel;
import org.dmsc.schemas.avro.Delivery;

/**
 * One task at one device, until its answer is complete.
 *
 * <pre>
 *   queued ──written──▶ sent ──PUBACK, or the first answer──▶ received ──final state──▶ closed
 *      └── connection ends: UNDELIVERABLE, certain   └── connection ends: AGENT_LOST, uncertain ──▲
 * </pre>
 */
final class OpenDelivery {

    private final Delivery delivery;
    private final AgentChannel channel;
    private final Device device;
    private final AttemptSink sink;
    private final AgentReplies replies;
    private final Map<String, Long> chunks = new HashMap<>();
    private final AtomicBoolean sent = new AtomicBoolean();
    private final AtomicBoolean received = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();

    OpenDelivery(DeliveryOrder order, Device device, AttemptSink sink, Clock clock) {
        this.delivery = order.delivery();
        this.channel = order.agent().getRegistration().getChannel();
        this.device = device;
        this.sink = sink;
        this.replies = AgentReplies.ofRequester(new TaskKey(delivery.getTaskId(), delivery.getContextId()), clock);
    }

    /** The name under which the device answers it. */
    String id() {
        return RequestName.of(delivery.getDeliveryId());
    }

    /** Whether both are of one attempt: a task, and messages that followed it. */
    boolean isOfTheAttemptOf(OpenDelivery other) {
        return delivery.getTaskId().equals(other.delivery.getTaskId())
                && delivery.getAttempt() == other.delivery.getAttempt();
    }

    Delivery delivery() {
        return delivery;
    }

    AgentChannel channel() {
        return channel;
    }

    Device device() {
        return device;
    }

    boolean isClosed() {
        return closed.get();
    }

    void sent() {
        sent.set(true);
    }

    void received() {
        if (!closed.get() && received.compareAndSet(false, true)) {
            sink.delivered();
        }
    }

    /** The agent answered; the stage completes when Kafka has all of it. */
    CompletionStage<?> answer(ObjectNode response) {
        received();
        List<AgentReply> said;
        try {
            said = replies.read(response);
        } catch (RefusedException e) {
            return failed(e.refusal(), e.sentence(), Certainty.UNCERTAIN);
        }
        List<CompletableFuture<Void>> stored = new ArrayList<>();
        for (AgentReply reply : said) {
            stored.add(tolerant(sink.update(reply.state(), reply.bytes())));
        }
        if (replies.finished()) {
            closed.set(true);
        }
        return CompletableFuture.allOf(stored.toArray(CompletableFuture[]::new));
    }

    /** A piece of an artifact; one that came before is not taken again. */
    CompletionStage<?> chunk(BinaryChunk chunk) {
        Long before;
        synchronized (chunks) {
            before = chunks.get(chunk.artifactId());
            if (before != null && before >= chunk.number()) {
                return CompletableFuture.completedFuture(null);
            }
            chunks.put(chunk.artifactId(), chunk.number());
        }
        if (before != null) {
            ((ObjectNode) chunk.update().get("artifactUpdate")).put("append", true);
        }
        return answer(chunk.update());
    }

    CompletionStage<?> failed(Refusal refusal, String reason, Certainty certainty) {
        return closed.compareAndSet(false, true)
                ? tolerant(sink.failed(refusal, reason, certainty))
                : CompletableFuture.completedFuture(null);
    }

    /** The connection that had it is gone. */
    void lost(String why) {
        if (sent.get()) {
            failed(
                    Refusal.AGENT_LOST,
                    "device " + device.agent() + ": " + why + " before its answer",
                    Certainty.UNCERTAIN);
        } else {
            failed(
                    Refusal.UNDELIVERABLE,
                    "device " + device.agent() + ": " + why + " before it got the task",
                    Certainty.CERTAIN);
        }
    }

    /** That an attempt has ended meanwhile is no fault of the answer: it was heard, and counts for nothing. */
    private static CompletableFuture<Void> tolerant(CompletionStage<Void> stage) {
        return stage.handle((done, fault) -> {
                    Throwable cause = fault instanceof CompletionException ? fault.getCause() : fault;
                    if (cause == null || (cause instanceof RefusedException e && e.refusal() == Refusal.TASK_ENDED)) {
                        return CompletableFuture.<Void>completedFuture(null);
                    }
                    return CompletableFuture.<Void>failedFuture(cause);
                })
                .thenCompose(result -> result)
                .toCompletableFuture();
    }
}
