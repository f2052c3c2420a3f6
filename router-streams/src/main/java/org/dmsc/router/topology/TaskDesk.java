package org.dmsc.router.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.dmsc.router.decide.Decision;
import org.dmsc.router.task.Effect;
import org.dmsc.router.task.Moment;
import org.dmsc.router.task.TaskKey;
import org.dmsc.router.task.TaskRule;
import org.dmsc.router.task.Turn;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.DeadLetter;
import org.dmsc.schemas.avro.Lesson;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.TaskCancel;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.schemas.avro.TaskState;
import org.dmsc.schemas.avro.TaskSubmission;
import org.dmsc.tenant.keys.Envelopes;

/**
 * Works out what a record means for its task: reads the store, asks the rules, seals the results. Changes nothing, so that a fault on the way
 * leaves no half-done task behind.
 */
final class TaskDesk {

    /** A resumption is heard at once; this is for the case that it was not. */
    private static final long SUSPENDED_LOOK_MS = 30_000;

    private final TaskStore store;
    private final Throttle throttle;
    private final SealedStates seals;
    private final Envelopes envelopes;
    private final Recorder recorder;
    private final Candidates candidates;
    private final Deciding deciding;
    private final TaskRule rule;
    private final int lane;

    TaskDesk(TaskStore store, WaitingLine waiting, RouterParts parts, int lane) {
        this.store = store;
        this.throttle = new Throttle(parts.retries(), waiting, parts.mostWaiting());
        this.seals = parts.seals();
        this.envelopes = parts.envelopes();
        this.recorder = parts.recorder();
        this.candidates = parts.candidates();
        this.deciding = parts.deciding();
        this.rule = parts.rule();
        this.lane = lane;
    }

    /** Empty when the task is known already, or a follow-up names none. */
    Optional<Work> submitted(Inbound.Submitted in, long now) {
        TaskSubmission submission = in.submission();
        TaskKey key = key(submission.getCallerTenant(), submission.getTaskId());
        Optional<TaskState> known = store.find(key);
        if (submission.getFollowUp()) {
            if (known.filter(TaskRule::asks).isPresent()) {
                // What is delegated then is the task as it came.
                return known(key, now, false, state -> rule.followedUp(state, submission, now));
            }
            return known.map(state -> {
                Job job = new Job(
                        key, Optional.of(state), () -> submission, () -> Optional.of(in.envelope()), now, false);
                return finish(job, rule.followedUp(state, submission, now));
            });
        }
        if (known.isPresent()) {
            return Optional.empty();
        }
        SealedEnvelope routing =
                new SealedEnvelope(in.envelope().getKind(), in.envelope().getRouting(), null);
        Job job = new Job(key, Optional.empty(), () -> submission, () -> Optional.of(in.envelope()), now, false);
        return Optional.of(finish(job, rule.submitted(submission, routing, now)));
    }

    Optional<Work> happened(TenantId tenant, TaskEvent event, long now) {
        return known(key(tenant.value(), event.getTaskId()), now, false, state -> rule.happened(state, event, now));
    }

    Optional<Work> cancelled(TaskCancel cancel, long now) {
        return known(
                key(cancel.getCallerTenant(), cancel.getTaskId()),
                now,
                false,
                state -> rule.cancelled(state, cancel, now));
    }

    /** Looks again at a task that waits for an agent. */
    Optional<Work> lookAgain(TaskKey key, long now) {
        return known(key, now, false, state -> {
            boolean waits =
                    !state.getEnded() && !state.getClosing() && state.getOpenAttempt() == 0 && !TaskRule.asks(state);
            return new Turn(state, List.of(), waits ? Turn.Next.DELEGATE : Turn.Next.IGNORE, 0);
        });
    }

    /** Empty when the entry is an old one of a task that was moved or forgotten. */
    Optional<Work> due(DueQueue.Due due, long now) {
        Optional<TaskState> state = store.find(due.key()).filter(found -> found.getDueAt() == due.time());
        return state.flatMap(found -> known(
                due.key(),
                now,
                true,
                ignored -> found.getEnded() ? rule.endedDue(found, now) : rule.due(found, submission(found), now)));
    }

    Outbound canary(TenantId tenant, TaskEvent event) {
        return recorder.event(tenant, event, lane);
    }

    private interface Step {
        Turn take(TaskState state);
    }

    private Optional<Work> known(TaskKey key, long now, boolean popped, Step step) {
        return store.find(key).map(state -> {
            Job job =
                    new Job(key, Optional.of(state), () -> submission(state), () -> store.submission(key), now, popped);
            return finish(job, step.take(state));
        });
    }

    /** What a step may need beside the state; opened only when it does. */
    private record Job(
            TaskKey key,
            Optional<TaskState> before,
            Supplier<TaskSubmission> submission,
            Supplier<Optional<SealedEnvelope>> envelope,
            long now,
            boolean popped) {}

    private Work finish(Job job, Turn first) {
        List<Effect> effects = new ArrayList<>(first.effects());
        Turn last = first;
        if (first.next() == Turn.Next.DELEGATE) {
            last = delegate(first.state(), job);
            effects.addAll(last.effects());
        }
        boolean endsNow = last.state().getEnded()
                && job.before().filter(TaskState::getEnded).isEmpty();
        // Its deadlines do not matter any more: one look, when it may be forgotten, and none before.
        long due = endsNow ? rule.forgetAt(last.state()) : dueAfter(last, job);
        long noLongerDue = endsNow && !job.popped() ? last.state().getDueAt() : 0;
        TaskState state = due == 0
                ? last.state()
                : TaskState.newBuilder(last.state()).setDueAt(due).build();
        boolean changed = job.before().filter(before -> before.equals(state)).isEmpty();
        List<Outbound> out = new ArrayList<>(effects.size());
        for (Effect effect : effects) {
            if (effect instanceof Effect.Teach teach) {
                lesson(teach, job).ifPresent(out::add);
            } else {
                out.add(record(effect, job, state));
            }
        }
        Optional<byte[]> sealed = changed ? Optional.of(seals.seal(state, job.now())) : Optional.empty();
        return new Work(job.key(), job.before(), state, sealed, effects, out, due, noLongerDue, fate(first, changed));
    }

    private static Work.Fate fate(Turn first, boolean changed) {
        if (first.next() == Turn.Next.FORGET) {
            return Work.Fate.FORGOTTEN;
        }
        return first.next() == Turn.Next.IGNORE && !changed ? Work.Fate.IGNORED : Work.Fate.KEPT;
    }

    private Turn delegate(TaskState state, Job job) {
        TaskSubmission submission = picked(state, job.submission().get());
        Moment moment = new Moment(job.now(), candidates.registryOffset());
        if (!candidates.mayBegin(state.getTenant())) {
            return rule.decided(state, submission, suspended(state, job.now()), moment);
        }
        Decision decision = deciding.decide(submission, state.getAttempts(), job.now());
        boolean isNew = job.before().isEmpty();
        return rule.decided(
                state, submission, throttle.apply(decision, job.key().tenant(), state, isNew, job.now()), moment);
    }

    /** With the skill that the caller picked when it was asked. */
    private static TaskSubmission picked(TaskState state, TaskSubmission submission) {
        return state.getPicked() == null
                ? submission
                : TaskSubmission.newBuilder(submission)
                        .setSkill(state.getPicked())
                        .build();
    }

    /** A suspended tenant's tasks wait for its resumption or their deadline; what an agent works on already may end. */
    private static Decision suspended(TaskState state, long now) {
        return new Decision.Defer(
                Refusal.TENANT_INACTIVE,
                "tenant " + state.getTenant() + " is suspended: the task waits until it is resumed",
                now + SUSPENDED_LOOK_MS,
                List.of());
    }

    /** A due time is only ever moved forward in time here; later ones are set when the earlier one comes. */
    private static long dueAfter(Turn turn, Job job) {
        if (turn.next() == Turn.Next.FORGET) {
            return 0;
        }
        long set = job.popped() ? 0 : turn.state().getDueAt();
        long wanted = turn.wakeAt();
        if (wanted == 0) {
            return set == 0 ? turn.state().getDeadline() : 0;
        }
        return set == 0 || wanted < set ? Math.max(wanted, job.now() + 1) : 0;
    }

    private Outbound record(Effect effect, Job job, TaskState state) {
        if (effect instanceof Effect.Emit emit) {
            return recorder.event(job.key().tenant(), emit.event(), lane);
        }
        if (effect instanceof Effect.Deliver deliver) {
            return job.envelope()
                    .get()
                    .flatMap(envelope -> Optional.ofNullable(envelope.getPayload()))
                    .map(payload -> recorder.delivery(deliver.delivery(), payload))
                    .orElseGet(() -> recorder.delivery(deliver.delivery()));
        }
        if (effect instanceof Effect.Stop stop) {
            return recorder.delivery(stop.delivery());
        }
        if (effect instanceof Effect.Report report) {
            return recorder.report(report.tenant(), report.report());
        }
        if (effect instanceof Effect.Audit audit) {
            return recorder.audit(audit.event());
        }
        if (effect instanceof Effect.Bury bury) {
            return bury(bury, job, state);
        }
        throw new IllegalStateException("unknown effect: " + effect);
    }

    /** Of a task that left it to the fabric who does it, and said what it is about. */
    private Optional<Outbound> lesson(Effect.Teach teach, Job job) {
        TaskSubmission submission = job.submission().get();
        if (submission.getTargetAgent() != null || submission.getIntent().isBlank()) {
            return Optional.empty();
        }
        return Optional.of(recorder.lesson(
                job.key().tenant(),
                Lesson.newBuilder()
                        .setTenant(submission.getCallerTenant())
                        .setTaskId(submission.getTaskId())
                        .setSkill(teach.skill())
                        .setIntent(submission.getIntent())
                        .setTime(job.now())
                        .build()));
    }

    private Outbound bury(Effect.Bury bury, Job job, TaskState state) {
        DeadLetter letter = DeadLetter.newBuilder()
                .setTaskId(state.getTaskId())
                .setRefusal(bury.refusal())
                .setReason(bury.reason())
                .setAttempts(state.getLastAttempt())
                .setTime(job.now())
                .setSubmission(job.submission().get())
                .build();
        return recorder.dead(job.key().tenant(), letter, job.envelope().get().orElse(state.getSubmission()));
    }

    private TaskSubmission submission(TaskState state) {
        return envelopes.routing(state.getSubmission(), TaskSubmission.class);
    }

    private static TaskKey key(String tenant, String taskId) {
        return new TaskKey(new TenantId(tenant), taskId);
    }
}
