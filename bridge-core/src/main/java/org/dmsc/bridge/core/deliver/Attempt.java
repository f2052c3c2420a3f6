package org.dmsc.bridge.core.deliver;

import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.dmsc.bridge.core.AttemptSink;
import org.dmsc.bridge.core.Certainty;
import org.dmsc.bridge.core.lanes.LaneRecord;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.schemas.avro.TaskStateName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One delivery under way, from its record to the attempt's end.
 *
 * <pre>
 *   record:   open ──delivered, or an event of it is in Kafka──▶ ended      (its offset may be committed)
 *   attempt:  open ──final state, or failure──▶ ended                       (nothing more is written)
 * </pre>
 *
 * The order of its events is the order of the calls: they are handed to the outbox under the attempt's lock.
 */
final class Attempt implements AttemptSink {

    private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);

    private final Delivery delivery;
    private final LaneRecord record;
    private final AttemptEvents events;
    private final Clock clock;
    private final Consumer<Attempt> onEnd;
    private final long begunAt;
    private AnswerMask answers = AnswerMask.NONE;
    private boolean ended;
    private volatile boolean settled;

    Attempt(Delivery delivery, LaneRecord record, AttemptEvents events, Clock clock, Consumer<Attempt> onEnd) {
        this.delivery = delivery;
        this.record = record;
        this.events = events;
        this.clock = clock;
        this.onEnd = onEnd;
        this.begunAt = clock.millis();
    }

    /** What answers go through; MUST be said before the agent is asked. */
    synchronized void mask(AnswerMask mask) {
        answers = mask;
    }

    Delivery delivery() {
        return delivery;
    }

    int lane() {
        return record.lane();
    }

    /** Whether the agent is known to have it, or the attempt is over. */
    boolean settled() {
        return settled;
    }

    long begunAt() {
        return begunAt;
    }

    @Override
    public void delivered() {
        settled = true;
        record.end();
    }

    @Override
    public CompletionStage<Void> update(Optional<TaskStateName> state, byte[] streamResponse) {
        CompletionStage<Void> written;
        boolean last = state.filter(Attempt::endsAttempt).isPresent();
        synchronized (this) {
            if (ended) {
                return over();
            }
            ended = last;
            long latency = last ? clock.millis() - begunAt : 0;
            written = masked(streamResponse)
                    .map(response -> events.update(delivery, state, response, latency))
                    .orElseGet(this::unmaskable);
            last = ended;
        }
        return ending(written, last);
    }

    /** Empty when it cannot be masked: what a profile has not seen does not go on. */
    private Optional<byte[]> masked(byte[] streamResponse) {
        try {
            return Optional.of(answers.apply(streamResponse));
        } catch (RuntimeException e) {
            LOG.atWarn()
                    .addKeyValue("deliveryId", delivery.getDeliveryId())
                    .addKeyValue("cause", e.getClass().getName())
                    .log("an answer could not be masked");
            return Optional.empty();
        }
    }

    private CompletionStage<Void> unmaskable() {
        ended = true;
        return events.failed(
                delivery,
                Refusal.INVALID_AGENT_RESPONSE,
                "the answer could not be put through the masking that policy asks for",
                Certainty.CERTAIN);
    }

    @Override
    public CompletionStage<Void> failed(Refusal refusal, String reason, Certainty certainty) {
        CompletionStage<Void> written;
        synchronized (this) {
            if (ended) {
                return over();
            }
            ended = true;
            written = events.failed(delivery, refusal, reason, certainty);
        }
        LOG.atInfo()
                .addKeyValue("taskId", delivery.getTaskId())
                .addKeyValue("deliveryId", delivery.getDeliveryId())
                .addKeyValue("agent", delivery.getAssigneeTenant() + "/" + delivery.getAssigneeAgent())
                .addKeyValue("refusal", refusal)
                .addKeyValue("certainty", certainty)
                .log(reason);
        return ending(written, true);
    }

    /** Also when Kafka did not take the event: then the router's own timeout closes the attempt, and the lane must go on. */
    private CompletionStage<Void> ending(CompletionStage<Void> written, boolean last) {
        if (last) {
            onEnd.accept(this);
        }
        return written.whenComplete((done, failure) -> {
            settled = true;
            record.end();
            if (failure != null) {
                LOG.atError()
                        .addKeyValue("taskId", delivery.getTaskId())
                        .addKeyValue("cause", failure.getMessage())
                        .log("an event of an attempt was lost; the attempt will time out");
            }
        });
    }

    private CompletionStage<Void> over() {
        return CompletableFuture.failedFuture(new RefusedException(
                Refusal.TASK_ENDED, "attempt " + delivery.getDeliveryId() + " ended already; this is ignored"));
    }

    private static boolean endsAttempt(TaskStateName state) {
        return switch (state) {
            case COMPLETED, FAILED, REJECTED, CANCELED -> true;
            case SUBMITTED, WORKING, INPUT_REQUIRED, AUTH_REQUIRED -> false;
        };
    }
}
