package org.dmsc.bridge.http.inbox;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.core.AttemptSink;
import org.dmsc.bridge.core.Certainty;
import org.dmsc.bridge.core.DeliveryOrder;
import org.dmsc.bridge.core.a2a.AgentReplies;
import org.dmsc.bridge.core.a2a.AgentReply;
import org.dmsc.bridge.core.a2a.RequestName;
import org.dmsc.bridge.core.a2a.TaskKey;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.Delivery;

/**
 * One task, or a message that follows one, in an inbox. Not thread-safe: its inbox calls it under its lock.
 *
 * <pre>
 *   offered ──acknowledged, or the first answer──▶ taken ──final state──▶ closed
 *      └── nobody came back for it: UNDELIVERABLE, certain    └── nothing heard for long: AGENT_LOST, uncertain ──▲
 * </pre>
 *
 * Certain, because an agent MUST acknowledge before it begins: what it did not acknowledge it has not begun.
 */
final class InboxDelivery {

    private final Delivery delivery;
    private final InboxItem item;
    private final AttemptSink sink;
    private final AgentReplies replies;
    private boolean taken;
    private boolean closed;
    private long heardAt;

    InboxDelivery(DeliveryOrder order, ObjectNode request, AttemptSink sink, Clock clock) {
        this.delivery = order.delivery();
        this.item = new InboxItem(InboxItem.Kind.DELIVERY, RequestName.of(delivery.getDeliveryId()), request);
        this.sink = sink;
        this.replies = AgentReplies.ofRequester(new TaskKey(delivery.getTaskId(), delivery.getContextId()), clock);
        this.heardAt = clock.millis();
    }

    String name() {
        return item.delivery();
    }

    InboxItem item() {
        return item;
    }

    Delivery delivery() {
        return delivery;
    }

    /** Whether both are of one attempt: a task, and messages that followed it. */
    boolean isOfTheAttemptOf(Delivery other) {
        return delivery.getTaskId().equals(other.getTaskId()) && delivery.getAttempt() == other.getAttempt();
    }

    boolean isTaken() {
        return taken;
    }

    boolean isClosed() {
        return closed;
    }

    /** When the agent last said anything about it. */
    long heardAt() {
        return heardAt;
    }

    void acknowledged(long now) {
        heardAt = now;
        if (!taken) {
            taken = true;
            sink.delivered();
        }
    }

    /**
     * The agent answered; the stage completes when Kafka has all of it.
     *
     * @throws RefusedException INVALID_REQUEST when it is no answer: the agent may correct it
     */
    CompletionStage<Void> answer(ObjectNode streamResponse, long now) {
        List<AgentReply> said;
        try {
            said = replies.read(streamResponse);
        } catch (RefusedException e) {
            throw new RefusedException(Refusal.INVALID_REQUEST, e.sentence());
        }
        acknowledged(now);
        List<CompletableFuture<Void>> written = new ArrayList<>();
        for (AgentReply reply : said) {
            written.add(stored(sink.update(reply.state(), reply.bytes())));
        }
        closed = replies.finished();
        return CompletableFuture.allOf(written.toArray(CompletableFuture[]::new));
    }

    void failed(Refusal refusal, String reason, Certainty certainty) {
        if (!closed) {
            closed = true;
            var unused = sink.failed(refusal, reason, certainty).exceptionally(late -> null);
        }
    }

    /** Whoever answers an attempt that has ended learns that there is nothing to work on any more. */
    private CompletableFuture<Void> stored(CompletionStage<Void> stage) {
        return stage.toCompletableFuture().exceptionallyCompose(failure -> {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            return CompletableFuture.failedFuture(
                    cause instanceof RefusedException refused && refused.refusal() == Refusal.TASK_ENDED
                            ? unknown(name())
                            : failure);
        });
    }

    /** That nothing of that name is open. */
    static RefusedException unknown(String name) {
        return new RefusedException(
                Refusal.TASK_UNKNOWN,
                "delivery " + Printable.of(name)
                        + ": is not open here (expected one of this gateway's inbox; it was given to somebody else, or has ended: drop it)");
    }
}
