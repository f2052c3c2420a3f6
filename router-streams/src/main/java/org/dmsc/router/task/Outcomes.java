package org.dmsc.router.task;

import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.AttemptOutcome;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.schemas.avro.TaskEventKind;
import org.dmsc.schemas.avro.TaskStateName;

/** Reads from the event that closed an attempt how the attempt went, for the agent's record. */
final class Outcomes {

    private Outcomes() {}

    static AttemptOutcome of(TaskEvent event) {
        if (event.getKind() == TaskEventKind.AGENT_UPDATE) {
            return ofState(event.getState());
        }
        String refusal = event.getRefusal() == null ? "" : event.getRefusal();
        if (refusal.equals(Refusal.ATTEMPT_TIMED_OUT.name()) || refusal.equals(Refusal.DEADLINE_EXCEEDED.name())) {
            return AttemptOutcome.TIMED_OUT;
        }
        if (refusal.equals(Refusal.UNDELIVERABLE.name())) {
            return AttemptOutcome.UNDELIVERED;
        }
        if (refusal.equals(Refusal.AGENT_LOST.name()) || refusal.equals(Refusal.UNCERTAIN.name())) {
            return AttemptOutcome.LOST;
        }
        if (refusal.equals(Refusal.CANCELED.name())) {
            return AttemptOutcome.CANCELED;
        }
        if (refusal.equals(Refusal.INVALID_AGENT_RESPONSE.name()) || refusal.equals(Refusal.AGENT_FAILED.name())) {
            // It answered, so it was not lost, and it would answer the same again.
            return AttemptOutcome.FAILED;
        }
        return event.getUncertain() ? AttemptOutcome.LOST : AttemptOutcome.FAILED;
    }

    private static AttemptOutcome ofState(TaskStateName state) {
        if (state == TaskStateName.COMPLETED) {
            return AttemptOutcome.COMPLETED;
        }
        if (state == TaskStateName.REJECTED) {
            return AttemptOutcome.REJECTED;
        }
        return state == TaskStateName.CANCELED ? AttemptOutcome.CANCELED : AttemptOutcome.FAILED;
    }

    /** A sentence about it that holds nothing the agent or the caller wrote. */
    static String sentence(TaskEvent event) {
        return Refusal.INVALID_AGENT_RESPONSE.name().equals(event.getRefusal())
                ? "answered with what is not valid A2A"
                : sentence(of(event));
    }

    private static String sentence(AttemptOutcome outcome) {
        switch (outcome) {
            case COMPLETED:
                return "completed it";
            case FAILED:
                return "failed";
            case REJECTED:
                return "refused it";
            case UNDELIVERED:
                return "could not be reached";
            case TIMED_OUT:
                return "did not finish in time";
            case LOST:
                return "was lost before its answer";
            case CANCELED:
                return "gave it up";
        }
        throw new IllegalStateException("unknown outcome: " + outcome);
    }
}
