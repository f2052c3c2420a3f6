package org.dmsc.router.task;

import java.util.Locale;
import org.dmsc.router.decide.Candidate;
import org.dmsc.router.decide.Decision;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.schemas.avro.TaskEventKind;
import org.dmsc.schemas.avro.TaskState;
import org.dmsc.schemas.avro.TaskStateName;

/** The events that the router writes. Their ids follow from what they say, so that a repeated decision writes the same event. */
final class TaskEvents {

    private final Names names;

    TaskEvents(Names names) {
        this.names = names;
    }

    TaskEvent assigned(TaskState state, Decision.Assign decision, long now) {
        Candidate choice = decision.choice();
        int attempt = state.getLastAttempt() + 1;
        return event(state, TaskEventKind.ASSIGNED, now)
                .setEventId(state.getTaskId() + ".assigned." + attempt)
                .setAttempt(attempt)
                .setAssigneeTenant(choice.snapshot().getTenant())
                .setAssigneeAgent(choice.snapshot().getAgent())
                .setSkill(choice.skillId().isEmpty() ? null : choice.skillId())
                .setDeliveryId(Deliveries.id(state.getTaskId(), attempt))
                .setReasons(decision.reasons())
                .build();
    }

    TaskEvent deferred(TaskState state, Decision.Defer decision, long now) {
        return event(state, TaskEventKind.DEFERRED, now)
                .setEventId(state.getTaskId() + ".deferred." + state.getLastAttempt() + "."
                        + decision.cause().name().toLowerCase(Locale.ROOT))
                .setRefusal(decision.cause().name())
                .setReason(decision.sentence())
                .build();
    }

    /**
     * Of attempt 0, which no agent has.
     *
     * @param occasion tells several questions of one task apart
     */
    TaskEvent asked(TaskState state, String question, String occasion, long now) {
        return event(state, TaskEventKind.AGENT_UPDATE, now)
                .setEventId(state.getTaskId() + ".asked." + occasion)
                .setState(TaskStateName.INPUT_REQUIRED)
                .setRefusal(Refusal.AMBIGUOUS.name())
                .setReason(question)
                .build();
    }

    TaskEvent timedOut(TaskState state, long now) {
        return event(state, TaskEventKind.ATTEMPT_CLOSED, now)
                .setEventId(state.getTaskId() + ".closed." + state.getOpenAttempt())
                .setAttempt(state.getOpenAttempt())
                .setRefusal(Refusal.ATTEMPT_TIMED_OUT.name())
                .setReason(Refusal.ATTEMPT_TIMED_OUT.meaning())
                .setUncertain(true)
                .build();
    }

    TaskEvent ended(TaskState state, TaskStateName end, Refusal cause, String sentence, long now) {
        return event(state, TaskEventKind.ENDED, now)
                .setEventId(state.getTaskId() + ".ended." + cause.name().toLowerCase(Locale.ROOT))
                .setAttempt(state.getOpenAttempt())
                .setState(end)
                .setRefusal(cause.name())
                .setReason(sentence)
                .build();
    }

    private TaskEvent.Builder event(TaskState state, TaskEventKind kind, long now) {
        return TaskEvent.newBuilder()
                .setTaskId(state.getTaskId())
                .setContextId(state.getContextId())
                .setKind(kind)
                .setBy(names.router())
                .setTime(now);
    }
}
