package org.dmsc.router.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dmsc.router.decide.Decision;
import org.dmsc.schemas.avro.AttemptRecord;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.schemas.avro.TaskState;
import org.dmsc.schemas.avro.TaskStateName;
import org.dmsc.schemas.avro.TaskSubmission;
import org.dmsc.schemas.task.TaskFold;
import org.dmsc.schemas.task.TaskProgress;

/** Small changes of a task's state; each gives a new record. */
final class States {

    private States() {}

    static TaskState begin(TaskSubmission submission, SealedEnvelope routing, long now) {
        return TaskState.newBuilder()
                .setTenant(submission.getCallerTenant())
                .setTaskId(submission.getTaskId())
                .setContextId(submission.getContextId())
                .setMessageId(submission.getMessageId())
                .setCallerAgent(submission.getCallerAgent())
                .setSubmission(routing)
                .setState(TaskStateName.SUBMITTED)
                .setOpenAttempt(0)
                .setLastAttempt(0)
                .setEnded(false)
                .setDeadline(submission.getDeadline())
                .setCreatedAt(now)
                .setUpdatedAt(now)
                .setStatusAt(submission.getCreatedAt())
                .setPriority(submission.getPriority())
                .setRootTaskId(submission.getRootTaskId())
                .build();
    }

    static TaskProgress progress(TaskState state) {
        return new TaskProgress(state.getState(), state.getOpenAttempt(), state.getLastAttempt(), state.getEnded());
    }

    static TaskState.Builder after(TaskState state, TaskFold.Step step, TaskEvent event, long now) {
        TaskProgress progress = step.progress();
        return TaskState.newBuilder(state)
                .setStatusAt(step.setsStatus(progress(state), event) ? event.getTime() : state.getStatusAt())
                .setState(progress.state())
                .setOpenAttempt(progress.openAttempt())
                .setLastAttempt(progress.lastAttempt())
                .setEnded(progress.ended())
                .setUpdatedAt(now);
    }

    static TaskState opened(TaskState state, Decision.Assign decision, long now) {
        int attempt = state.getLastAttempt() + 1;
        List<AttemptRecord> attempts = new ArrayList<>(state.getAttempts());
        String skill = decision.choice().skillId();
        attempts.add(AttemptRecord.newBuilder()
                .setAttempt(attempt)
                .setTenant(decision.choice().snapshot().getTenant())
                .setAgent(decision.choice().snapshot().getAgent())
                .setSkill(skill.isEmpty() ? null : skill)
                .setOpenedAt(now)
                .setReasons(decision.reasons())
                .build());
        return TaskState.newBuilder(state)
                .setState(progress(state).resumed())
                .setOpenAttempt(attempt)
                .setLastAttempt(attempt)
                .setReason(null)
                .setRefusal(null)
                .setAttempts(attempts)
                .setUpdatedAt(now)
                .build();
    }

    /** Whether the caller was asked for a skill and has not answered. */
    static boolean asks(TaskState state) {
        return !state.getAsked().isEmpty() && state.getPicked() == null && !state.getEnded() && !state.getClosing();
    }

    /** The attempt whose answers count. */
    static Optional<AttemptRecord> open(TaskState state) {
        return state.getAttempts().stream()
                .filter(attempt -> attempt.getAttempt() == state.getOpenAttempt())
                .findFirst();
    }

    static AttemptRecord closed(AttemptRecord open, TaskEvent event, long now) {
        return AttemptRecord.newBuilder(open)
                .setClosedAt(now)
                .setOutcome(Outcomes.of(event))
                .setReason(Outcomes.sentence(event))
                .build();
    }

    static List<AttemptRecord> replaced(List<AttemptRecord> attempts, AttemptRecord changed) {
        List<AttemptRecord> all = new ArrayList<>(attempts);
        all.replaceAll(attempt -> attempt.getAttempt() == changed.getAttempt() ? changed : attempt);
        return all;
    }
}
