package org.dmsc.router.task;

import java.util.List;
import org.dmsc.router.decide.Candidate;
import org.dmsc.schemas.avro.AttemptRecord;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.schemas.avro.DeliveryKind;
import org.dmsc.schemas.avro.SkillRecord;
import org.dmsc.schemas.avro.TaskState;
import org.dmsc.schemas.avro.TaskSubmission;

/** The records that reach the assignee's gateway. */
final class Deliveries {

    private Deliveries() {}

    /** Stable over redeliveries of one attempt. */
    static String id(String taskId, int attempt) {
        return taskId + "." + attempt;
    }

    static Delivery task(TaskState state, TaskSubmission submission, Candidate choice, long now) {
        int attempt = state.getLastAttempt() + 1;
        return of(state, attempt, DeliveryKind.TASK, now)
                .setAssigneeTenant(choice.snapshot().getTenant())
                .setAssigneeAgent(choice.snapshot().getAgent())
                .setSkill(choice.skillId().isEmpty() ? null : choice.skillId())
                .setIdempotent(choice.skill().map(SkillRecord::getIdempotent).orElse(false))
                .setAttemptDeadline(attemptDeadline(submission, now))
                .setHops(submission.getHops())
                .setAncestors(submission.getAncestors())
                .setRootTaskId(submission.getRootTaskId())
                .setTraceparent(submission.getTraceparent())
                .setStreaming(submission.getStreaming())
                .setDataTags(submission.getDataTags())
                .setPriority(submission.getPriority())
                .setMaxAttempts(submission.getMaxAttempts())
                .build();
    }

    /** A message to the agent that has the task already. */
    static Delivery followUp(TaskState state, AttemptRecord open, TaskSubmission submission, long now) {
        return of(state, open.getAttempt(), DeliveryKind.FOLLOW_UP, now)
                .setDeliveryId(id(state.getTaskId(), open.getAttempt()) + "." + submission.getMessageId())
                .setMessageId(submission.getMessageId())
                .setAssigneeTenant(open.getTenant())
                .setAssigneeAgent(open.getAgent())
                .setSkill(open.getSkill())
                .setAttemptDeadline(state.getDeadline())
                .setHops(submission.getHops())
                .setAncestors(submission.getAncestors())
                .setRootTaskId(submission.getRootTaskId())
                .setTraceparent(submission.getTraceparent())
                .setStreaming(submission.getStreaming())
                .setDataTags(submission.getDataTags())
                .setPriority(submission.getPriority())
                .setMaxAttempts(submission.getMaxAttempts())
                .build();
    }

    static Delivery stop(TaskState state, AttemptRecord open, long now) {
        return of(state, open.getAttempt(), DeliveryKind.CANCEL, now)
                .setAssigneeTenant(open.getTenant())
                .setAssigneeAgent(open.getAgent())
                .setSkill(open.getSkill())
                .setAttemptDeadline(state.getDeadline())
                .setHops(0)
                .setAncestors(List.of())
                .setRootTaskId(state.getTaskId())
                .build();
    }

    /** When the attempt that is opened now is given up. */
    static long attemptDeadline(TaskSubmission submission, long openedAt) {
        return Math.min(submission.getDeadline(), openedAt + Math.max(1, submission.getAttemptTimeoutMs()));
    }

    private static Delivery.Builder of(TaskState state, int attempt, DeliveryKind kind, long now) {
        return Delivery.newBuilder()
                .setDeliveryId(id(state.getTaskId(), attempt))
                .setKind(kind)
                .setTaskId(state.getTaskId())
                .setContextId(state.getContextId())
                .setMessageId(state.getMessageId())
                .setAttempt(attempt)
                .setCallerTenant(state.getTenant())
                .setCallerAgent(state.getCallerAgent())
                .setDeadline(state.getDeadline())
                .setTime(now);
    }
}
