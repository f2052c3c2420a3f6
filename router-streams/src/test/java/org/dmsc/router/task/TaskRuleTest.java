package org.dmsc.router.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsc.router.testing.Make.NOW;

import java.util.List;
import org.dmsc.router.decide.Candidate;
import org.dmsc.router.decide.Decision;
import org.dmsc.router.testing.Make;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.AttemptOutcome;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.schemas.avro.DeliveryKind;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.SealedPart;
import org.dmsc.schemas.avro.TaskCancel;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.schemas.avro.TaskEventKind;
import org.dmsc.schemas.avro.TaskState;
import org.dmsc.schemas.avro.TaskStateName;
import org.dmsc.schemas.avro.TaskSubmission;
import org.dmsc.tenant.identity.FabricDomain;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TaskRuleTest {

    private static final SealedEnvelope ROUTING = new SealedEnvelope("TaskSubmission", part(), null);

    private final TaskRule rule = new TaskRule(Names.of(FabricDomain.DEFAULT, "node-1"), Patience.DEFAULT);
    private final TaskSubmission submission =
            Make.submission("acme", "t1").setSkill("billing").build();
    private final Candidate clerk =
            Make.candidate(Make.agent("acme", "clerk", Make.skill("billing")).build(), 1);

    private static SealedPart part() {
        java.nio.ByteBuffer empty = java.nio.ByteBuffer.allocate(0);
        return new SealedPart(
                1, "acme", "acme/routing/1", "tasks", "m", "s", "", "TaskSubmission", 1, NOW, empty, empty, empty);
    }

    private TaskState fresh() {
        return rule.submitted(submission, ROUTING, NOW).state();
    }

    private Turn assign(TaskState state, long now) {
        Decision.Assign decision = new Decision.Assign(clerk, List.of("why"), List.of("figure"), List.of());
        return rule.decided(state, submission, decision, new Moment(now, 1));
    }

    private TaskState assigned() {
        return assign(fresh(), NOW).state();
    }

    private static TaskEvent event(TaskEventKind kind, int attempt, TaskStateName state) {
        return TaskEvent.newBuilder()
                .setEventId("e")
                .setTaskId("t1")
                .setContextId("c")
                .setKind(kind)
                .setAttempt(attempt)
                .setState(state)
                .setBy("spiffe://platform.fabric.localhost/gateway/gw-1")
                .setTime(NOW)
                .build();
    }

    private static TaskEvent written(Turn turn) {
        return turn.effects().stream()
                .filter(Effect.Emit.class::isInstance)
                .map(effect -> ((Effect.Emit) effect).event())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void opensTheNextAttemptAndAsksToBeWokenAtItsDeadline() {
        Turn turn = assign(fresh(), NOW + 5);

        assertThat(turn.state().getOpenAttempt()).isEqualTo(1);
        assertThat(turn.wakeAt()).isEqualTo(NOW + 5 + 60_000);
        assertThat(written(turn).getKind()).isEqualTo(TaskEventKind.ASSIGNED);
    }

    @Test
    void ignoresItsOwnAssignmentWhenItReadsItBack() {
        Turn turn = assign(fresh(), NOW);

        assertThat(rule.happened(turn.state(), written(turn), NOW + 1).next()).isEqualTo(Turn.Next.IGNORE);
    }

    @Test
    void onlyWritesATimeoutAndLetsAnEarlierAnswerCount() {
        Turn due = rule.due(assigned(), submission, NOW + 60_000);
        assertThat(written(due).getKind()).isEqualTo(TaskEventKind.ATTEMPT_CLOSED);
        assertThat(due.state().getOpenAttempt()).isEqualTo(1);

        Turn answered =
                rule.happened(due.state(), event(TaskEventKind.AGENT_UPDATE, 1, TaskStateName.COMPLETED), NOW + 60_001);
        Turn late = rule.happened(answered.state(), written(due), NOW + 60_002);

        assertThat(answered.state().getEnded()).isTrue();
        assertThat(answered.state().getState()).isEqualTo(TaskStateName.COMPLETED);
        assertThat(late.next()).isEqualTo(Turn.Next.IGNORE);
    }

    @Test
    @DisplayName("case 66: an answer after its attempt was closed counts for nothing, and is audited")
    void delegatesAgainWhenTheTimeoutComesBackAndIgnoresTheLateAnswer() {
        Turn due = rule.due(assigned(), submission, NOW + 60_000);

        Turn closed = rule.happened(due.state(), written(due), NOW + 60_001);
        Turn late = rule.happened(
                closed.state(), event(TaskEventKind.AGENT_UPDATE, 1, TaskStateName.COMPLETED), NOW + 60_002);

        assertThat(closed.next()).isEqualTo(Turn.Next.DELEGATE);
        assertThat(closed.state().getAttempts().get(0).getOutcome()).isEqualTo(AttemptOutcome.TIMED_OUT);
        assertThat(late.next()).isEqualTo(Turn.Next.IGNORE);
        assertThat(late.effects()).hasSize(1);
        AuditEvent audited = ((Effect.Audit) late.effects().get(0)).event();
        assertThat(audited.getKind()).isEqualTo(AuditKind.REFUSAL);
        assertThat(audited.getRefusal()).isEqualTo(Refusal.TASK_ENDED.name());
        assertThat(audited.getAttempt()).isEqualTo(1);
    }

    @Test
    void delegatesOnceWhenTheAgentFailsWhileItsTimeoutIsOnTheWay() {
        Turn due = rule.due(assigned(), submission, NOW + 60_000);

        Turn failed = rule.happened(due.state(), event(TaskEventKind.ATTEMPT_FAILED, 1, null), NOW + 60_001);
        Turn timeout = rule.happened(failed.state(), written(due), NOW + 60_002);

        assertThat(failed.next()).isEqualTo(Turn.Next.DELEGATE);
        assertThat(timeout.next()).isEqualTo(Turn.Next.IGNORE);
    }

    @Test
    void doesNotDelegateAnyMoreWhenTheEndIsOnTheWay() {
        TaskCancel cancel = TaskCancel.newBuilder()
                .setTaskId("t1")
                .setCallerTenant("acme")
                .setCallerAgent("caller")
                .setTime(NOW)
                .build();
        Turn cancelled = rule.cancelled(assigned(), cancel, NOW + 1);

        Turn failed = rule.happened(cancelled.state(), event(TaskEventKind.ATTEMPT_FAILED, 1, null), NOW + 2);
        Turn ended = rule.happened(failed.state(), written(cancelled), NOW + 3);

        assertThat(cancelled.effects())
                .filteredOn(Effect.Stop.class::isInstance)
                .extracting(effect -> ((Effect.Stop) effect).delivery())
                .extracting(Delivery::getKind)
                .containsExactly(DeliveryKind.CANCEL);
        assertThat(failed.next()).isEqualTo(Turn.Next.WAIT);
        assertThat(ended.state().getState()).isEqualTo(TaskStateName.CANCELED);
        assertThat(ended.effects()).noneMatch(Effect.Bury.class::isInstance);
    }

    @Test
    void doesNotTimeOutAnAgentThatWaitsForTheCaller() {
        TaskState asking = rule.happened(
                        assigned(), event(TaskEventKind.AGENT_UPDATE, 1, TaskStateName.INPUT_REQUIRED), NOW + 1)
                .state();

        Turn due = rule.due(asking, submission, NOW + 60_000);

        assertThat(due.effects()).isEmpty();
        assertThat(due.wakeAt()).isEqualTo(submission.getDeadline());
    }

    @Test
    void tellsOfTheSameWaitOnce() {
        Decision.Defer busy = new Decision.Defer(Refusal.OVERLOADED, "all busy", NOW + 1_000, List.of());

        Turn first = rule.decided(fresh(), submission, busy, new Moment(NOW, 1));
        Turn second = rule.decided(first.state(), submission, busy, new Moment(NOW + 1_000, 1));

        assertThat(written(first).getKind()).isEqualTo(TaskEventKind.DEFERRED);
        assertThat(second.effects()).isEmpty();
    }

    @Test
    void sendsAFollowUpToWhoeverWorksOnIt() {
        TaskSubmission followUp = TaskSubmission.newBuilder(submission)
                .setFollowUp(true)
                .setMessageId("m2")
                .build();

        Turn turn = rule.followedUp(assigned(), followUp, NOW + 1);

        assertThat(turn.effects())
                .hasSize(1)
                .allSatisfy(effect -> assertThat(
                                ((Effect.Deliver) effect).delivery().getKind())
                        .isEqualTo(DeliveryKind.FOLLOW_UP));
        assertThat(rule.followedUp(fresh(), followUp, NOW).next()).isEqualTo(Turn.Next.IGNORE);
    }

    @Test
    void buriesWhatFailedAndNotWhatWasDone() {
        Turn done = rule.happened(assigned(), event(TaskEventKind.AGENT_UPDATE, 1, TaskStateName.COMPLETED), NOW);
        Turn failed = rule.happened(assigned(), event(TaskEventKind.ENDED, 1, TaskStateName.FAILED), NOW);

        assertThat(done.effects()).noneMatch(Effect.Bury.class::isInstance);
        assertThat(failed.effects()).anyMatch(Effect.Bury.class::isInstance);
    }

    @Test
    void forgetsAnEndedTaskAfterItsRetention() {
        TaskState ended = rule.happened(assigned(), event(TaskEventKind.AGENT_UPDATE, 1, TaskStateName.COMPLETED), NOW)
                .state();
        long week = Patience.DEFAULT.retention().toMillis();

        assertThat(rule.endedDue(ended, NOW + 1).wakeAt()).isEqualTo(NOW + week);
        assertThat(rule.endedDue(ended, NOW + week).next()).isEqualTo(Turn.Next.FORGET);
    }
}
