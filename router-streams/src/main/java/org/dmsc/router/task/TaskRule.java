package org.dmsc.router.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.dmsc.router.decide.AmbiguityRule;
import org.dmsc.router.decide.Decision;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.AttemptOutcome;
import org.dmsc.schemas.avro.AttemptRecord;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.TaskCancel;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.schemas.avro.TaskEventKind;
import org.dmsc.schemas.avro.TaskState;
import org.dmsc.schemas.avro.TaskStateName;
import org.dmsc.schemas.avro.TaskSubmission;
import org.dmsc.schemas.task.TaskFold;

/**
 * The life of a task. The order of its events is the truth (design 14.1): what the router itself closes or ends it only writes, and acts on
 * when it reads it back, so that an answer that came first still counts. ASSIGNED alone is applied when written: nothing that could stand
 * before it in the partition counts while no attempt is open.
 *
 * <pre>
 *   submission ─▶ (no attempt) ─decide─▶ Assign ─▶ (attempt open) ─COMPLETED─▶ ended
 *                   ▲   │ Defer: wait        │                   └─timeout: write ATTEMPT_CLOSED ─┐
 *                   │   └ Refuse: write ENDED┼──read back──▶ ended                                │
 *                   └────────────────────────┴── FAILED, ATTEMPT_FAILED, ATTEMPT_CLOSED read ◀────┘
 *   deadline, cancel: write ENDED, tell the assignee to stop
 * </pre>
 */
public final class TaskRule {

    private final Patience patience;
    private final TaskEvents events;
    private final Audits audits;

    public TaskRule(Names names, Patience patience) {
        this.patience = patience;
        this.events = new TaskEvents(names);
        this.audits = new Audits(names);
    }

    /**
     * A submission that is new here.
     *
     * @param routing its envelope without the payload, which is kept apart
     */
    public Turn submitted(TaskSubmission submission, SealedEnvelope routing, long now) {
        TaskState state = States.begin(submission, routing, now);
        return new Turn(state, List.of(audits.accepted(state, submission, now)), Turn.Next.DELEGATE, 0);
    }

    /** A message to a task that exists: it goes to whoever works on it. */
    public Turn followedUp(TaskState state, TaskSubmission followUp, long now) {
        if (States.asks(state)) {
            return answered(state, followUp, now);
        }
        Optional<AttemptRecord> open = States.open(state);
        if (state.getEnded() || state.getClosing() || open.isEmpty()) {
            return Turn.ignored(state);
        }
        return new Turn(
                state,
                List.of(new Effect.Deliver(Deliveries.followUp(state, open.get(), followUp, now))),
                Turn.Next.WAIT,
                0);
    }

    /** Whether the task waits for its caller to say which skill it means. */
    public static boolean asks(TaskState state) {
        return States.asks(state);
    }

    private Turn answered(TaskState state, TaskSubmission answer, long now) {
        Optional<String> picked = Stream.of(Optional.ofNullable(answer.getSkill()), Optional.of(answer.getIntent()))
                .flatMap(Optional::stream)
                .map(String::strip)
                .filter(state.getAsked()::contains)
                .findFirst();
        if (picked.isEmpty()) {
            Effect again = new Effect.Emit(
                    events.asked(state, AmbiguityRule.question(state.getAsked()), answer.getMessageId(), now));
            return new Turn(state, List.of(again), Turn.Next.WAIT, 0);
        }
        TaskState after = TaskState.newBuilder(state)
                .setPicked(picked.get())
                .setUpdatedAt(now)
                .build();
        return new Turn(after, List.of(), Turn.Next.DELEGATE, 0);
    }

    /** What was decided for a task without an open attempt. */
    public Turn decided(TaskState state, TaskSubmission submission, Decision decision, Moment moment) {
        if (decision instanceof Decision.Assign assign) {
            return assigned(state, submission, assign, moment);
        }
        if (decision instanceof Decision.Ask ask) {
            return asked(state, submission, ask, moment);
        }
        if (decision instanceof Decision.Defer defer) {
            return deferred(state, submission, defer, moment);
        }
        if (decision instanceof Decision.Refuse refuse) {
            return refused(state, submission, refuse, moment);
        }
        throw new IllegalStateException("unknown decision: " + decision);
    }

    private Turn assigned(TaskState state, TaskSubmission submission, Decision.Assign assign, Moment moment) {
        long now = moment.now();
        List<Effect> effects = new ArrayList<>(List.of(
                new Effect.Emit(events.assigned(state, assign, now)),
                new Effect.Deliver(Deliveries.task(state, submission, assign.choice(), now)),
                Reports.assigned(state, assign.choice(), now),
                audits.assigned(state, submission, assign, moment)));
        audits.granted(state, submission, assign, moment).ifPresent(effects::add);
        return new Turn(
                States.opened(state, assign, now),
                effects,
                Turn.Next.WAIT,
                Deliveries.attemptDeadline(submission, now));
    }

    /** Applied when written, as ASSIGNED is: no attempt is open. */
    private Turn asked(TaskState state, TaskSubmission submission, Decision.Ask ask, Moment moment) {
        long now = moment.now();
        TaskState waiting = TaskState.newBuilder(state)
                .setState(TaskStateName.INPUT_REQUIRED)
                .setAsked(ask.skills())
                .setUpdatedAt(now)
                .build();
        List<Effect> effects = List.of(
                new Effect.Emit(events.asked(state, ask.sentence(), "first", now)),
                audits.asked(state, submission, ask, moment));
        return new Turn(waiting, effects, Turn.Next.WAIT, state.getDeadline());
    }

    private Turn deferred(TaskState state, TaskSubmission submission, Decision.Defer defer, Moment moment) {
        long now = moment.now();
        long wakeAt = Math.min(defer.until(), state.getDeadline());
        boolean tooLong = defer.cause() == Refusal.NO_CANDIDATE_UP
                && now >= state.getUpdatedAt() + patience.noneUp().toMillis();
        if (tooLong) {
            return refused(
                    state,
                    submission,
                    new Decision.Refuse(defer.cause(), defer.sentence(), defer.considered()),
                    moment);
        }
        if (defer.cause().name().equals(state.getRefusal())) {
            return new Turn(state, List.of(), Turn.Next.IGNORE, wakeAt);
        }
        // updatedAt stays: it says since when the task waits.
        TaskState waiting = TaskState.newBuilder(state)
                .setRefusal(defer.cause().name())
                .setReason(defer.sentence())
                .build();
        List<Effect> effects = List.of(
                new Effect.Emit(events.deferred(state, defer, now)), audits.deferred(state, submission, defer, moment));
        return new Turn(waiting, effects, Turn.Next.WAIT, wakeAt);
    }

    private Turn refused(TaskState state, TaskSubmission submission, Decision.Refuse refuse, Moment moment) {
        long now = moment.now();
        boolean mayBeNews = refuse.cause() == Refusal.NO_CANDIDATE || refuse.cause() == Refusal.AGENT_UNKNOWN;
        long lagEnds = state.getCreatedAt() + patience.registryLag().toMillis();
        if (mayBeNews && state.getLastAttempt() == 0 && now < lagEnds) {
            return new Turn(state, List.of(), Turn.Next.WAIT, lagEnds);
        }
        TaskEvent end = events.ended(state, TaskStateName.FAILED, refuse.cause(), refuse.sentence(), now);
        TaskState closing = TaskState.newBuilder(state).setClosing(true).build();
        List<Effect> effects =
                new ArrayList<>(List.of(new Effect.Emit(end), audits.refused(state, submission, refuse, moment)));
        audits.refusedElsewhere(state, submission, refuse, moment).ifPresent(effects::add);
        return new Turn(
                closing, effects, Turn.Next.WAIT, now + patience.recheck().toMillis());
    }

    /** An event of the task, in the order of its partition. */
    public Turn happened(TaskState state, TaskEvent event, long now) {
        TaskFold.Step step = TaskFold.apply(States.progress(state), event);
        switch (step.effect()) {
            case NONE:
            case NOTED:
                return late(state, event, now);
            case VISIBLE:
                return new Turn(States.after(state, step, event, now).build(), List.of(), Turn.Next.KEEP, 0);
            case ATTEMPT_CLOSED:
                return attemptClosed(state, step, event, now);
            case ENDED:
                return ended(state, step, event, now);
        }
        throw new IllegalStateException("unknown effect: " + step.effect());
    }

    /** An answer that counts for nothing any more is on the log all the same: whoever gave it may have done the work. */
    private Turn late(TaskState state, TaskEvent event, long now) {
        TaskStateName said = event.getState();
        boolean answer = event.getKind() == TaskEventKind.AGENT_UPDATE
                && (said == TaskStateName.COMPLETED || said == TaskStateName.FAILED || said == TaskStateName.REJECTED);
        return answer
                ? new Turn(state, List.of(audits.late(state, event, now)), Turn.Next.IGNORE, 0)
                : Turn.ignored(state);
    }

    private Turn attemptClosed(TaskState state, TaskFold.Step step, TaskEvent event, long now) {
        AttemptRecord closed = States.closed(States.open(state).orElseThrow(), event, now);
        TaskState after = States.after(state, step, event, now)
                .setAttempts(States.replaced(state.getAttempts(), closed))
                .build();
        List<Effect> effects =
                List.of(Reports.outcome(state, closed, now), audits.attemptClosed(state, closed, event, now));
        // When the end is written already it comes next, whatever the attempt did.
        return new Turn(after, effects, state.getClosing() ? Turn.Next.WAIT : Turn.Next.DELEGATE, 0);
    }

    private Turn ended(TaskState state, TaskFold.Step step, TaskEvent event, long now) {
        TaskState.Builder builder = States.after(state, step, event, now)
                .setClosing(false)
                .setRefusal(event.getRefusal())
                .setReason(event.getReason());
        List<Effect> effects = new ArrayList<>();
        States.open(state).ifPresent(open -> {
            AttemptRecord closed = States.closed(open, event, now);
            builder.setAttempts(States.replaced(state.getAttempts(), closed));
            effects.add(Reports.outcome(state, closed, now));
            if (closed.getOutcome() == AttemptOutcome.COMPLETED && closed.getSkill() != null) {
                effects.add(new Effect.Teach(closed.getSkill()));
            }
        });
        TaskState after = builder.build();
        effects.add(audits.outcome(after, event, now));
        if (after.getState() == TaskStateName.FAILED) {
            effects.add(new Effect.Bury(
                    Objects.requireNonNullElse(event.getRefusal(), Refusal.AGENT_FAILED.name()),
                    Objects.requireNonNullElse(event.getReason(), Refusal.AGENT_FAILED.meaning())));
        }
        return new Turn(after, effects, Turn.Next.KEEP, 0);
    }

    /** The caller wants no more of it. */
    public Turn cancelled(TaskState state, TaskCancel cancel, long now) {
        boolean own = cancel.getCallerAgent().equals(state.getCallerAgent());
        if (!own || state.getEnded() || state.getCancelRequested()) {
            return Turn.ignored(state);
        }
        TaskState closing = TaskState.newBuilder(state)
                .setCancelRequested(true)
                .setClosing(true)
                .build();
        return new Turn(
                closing,
                giveUp(state, TaskStateName.CANCELED, Refusal.CANCELED, now),
                Turn.Next.WAIT,
                now + patience.recheck().toMillis());
    }

    /** The time that the task asked for has come. */
    public Turn due(TaskState state, TaskSubmission submission, long now) {
        if (state.getClosing()) {
            return new Turn(
                    state, List.of(), Turn.Next.IGNORE, now + patience.recheck().toMillis());
        }
        if (now >= state.getDeadline()) {
            TaskState closing = TaskState.newBuilder(state).setClosing(true).build();
            return new Turn(
                    closing,
                    giveUp(state, TaskStateName.FAILED, Refusal.DEADLINE_EXCEEDED, now),
                    Turn.Next.WAIT,
                    now + patience.recheck().toMillis());
        }
        if (States.asks(state)) {
            return new Turn(state, List.of(), Turn.Next.IGNORE, state.getDeadline());
        }
        Optional<AttemptRecord> open = States.open(state);
        return open.isEmpty()
                ? new Turn(state, List.of(), Turn.Next.DELEGATE, 0)
                : attemptDue(state, open.get(), submission, now);
    }

    private Turn attemptDue(TaskState state, AttemptRecord open, TaskSubmission submission, long now) {
        long deadline = Deliveries.attemptDeadline(submission, open.getOpenedAt());
        if (now < deadline) {
            return new Turn(state, List.of(), Turn.Next.IGNORE, deadline);
        }
        if (States.progress(state).interrupted()) {
            // The agent waits for the caller: that is not the agent's time.
            return new Turn(state, List.of(), Turn.Next.IGNORE, state.getDeadline());
        }
        // Written once: it is in one transaction with this state, so it comes back. A router that lags and wrote it
        // again and again would
        // never catch up with what it writes.
        List<Effect> effects = List.of(
                new Effect.Emit(events.timedOut(state, now)), new Effect.Stop(Deliveries.stop(state, open, now)));
        return new Turn(state, effects, Turn.Next.WAIT, state.getDeadline());
    }

    /** How long a task that has ended is kept. */
    public long forgetAt(TaskState ended) {
        return ended.getUpdatedAt() + patience.retention().toMillis();
    }

    /** The time of a task that has ended. */
    public Turn endedDue(TaskState state, long now) {
        long forgetAt = forgetAt(state);
        return now < forgetAt
                ? new Turn(state, List.of(), Turn.Next.IGNORE, forgetAt)
                : new Turn(state, List.of(), Turn.Next.FORGET, 0);
    }

    private List<Effect> giveUp(TaskState state, TaskStateName end, Refusal cause, long now) {
        List<Effect> effects = new ArrayList<>();
        effects.add(new Effect.Emit(events.ended(state, end, cause, cause.meaning(), now)));
        States.open(state).ifPresent(open -> effects.add(new Effect.Stop(Deliveries.stop(state, open, now))));
        return effects;
    }
}
