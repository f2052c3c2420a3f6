package org.dmsc.bench.simulate;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dmsc.router.decide.Decision;
import org.dmsc.router.task.Effect;
import org.dmsc.router.task.Moment;
import org.dmsc.router.task.Names;
import org.dmsc.router.task.Patience;
import org.dmsc.router.task.TaskRule;
import org.dmsc.router.task.Turn;
import org.dmsc.router.topology.Deciding;
import org.dmsc.router.topology.InFlight;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.avro.AgentReport;
import org.dmsc.schemas.avro.AgentReportKind;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.SealedPart;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.schemas.avro.TaskState;
import org.dmsc.schemas.avro.TaskSubmission;
import org.dmsc.tenant.identity.FabricDomain;

/** The router: production's rules for tasks and its decisions, with lists in memory where production has stores and topics. */
final class SimRouter {

    /** From writing an event until it is read back. */
    private static final long TRANSIT_MS = 3;

    private static final int MOST_LOOKS = 64;

    private final Clockwork clock;
    private final Deciding deciding;
    private final InFlight.Share share;
    private final SimRegistry registry;
    private final Invariants invariants;
    private final Tally tally;
    private final TaskRule rule = new TaskRule(Names.of(FabricDomain.DEFAULT, "simulated"), Patience.DEFAULT);
    private final Map<String, TaskState> states = new HashMap<>();
    private final Map<String, TaskSubmission> submissions = new HashMap<>();
    private final Map<String, Long> due = new HashMap<>();
    private final Set<String> waiting = new LinkedHashSet<>();
    private Optional<Fleet> fleet = Optional.empty();
    private boolean nudged;

    SimRouter(
            Clockwork clock,
            Deciding deciding,
            InFlight inFlight,
            SimRegistry registry,
            Invariants invariants,
            Tally tally) {
        this.clock = clock;
        this.deciding = deciding;
        this.share = inFlight.share();
        this.registry = registry;
        this.invariants = invariants;
        this.tally = tally;
    }

    /** Where deliveries go. */
    void serve(Fleet agents) {
        fleet = Optional.of(agents);
    }

    /** Tasks that wait for an agent. */
    List<TaskSubmission> waiting() {
        return waiting.stream().map(this::submission).toList();
    }

    /** All tasks as they stand. */
    Map<String, TaskState> states() {
        return states;
    }

    void submit(TaskSubmission submission) {
        long now = clock.now();
        String task = submission.getTaskId();
        submissions.put(task, submission);
        tally.submitted();
        Turn first = rule.submitted(submission, envelope(submission, now), now);
        states.put(task, first.state());
        take(task, first, true);
        clock.at(submission.getDeadline() + Invariants.GRACE_MS, () -> invariants.deadline(state(task), clock.now()));
    }

    /** An event of a task is on its way. */
    void event(TaskEvent event) {
        clock.in(TRANSIT_MS, () -> {
            String task = event.getTaskId();
            take(task, rule.happened(state(task), event, clock.now()), false);
        });
    }

    /** Somebody may be free now who was not. */
    void freed() {
        if (!nudged && !waiting.isEmpty()) {
            nudged = true;
            clock.in(1, this::lookAgain);
        }
    }

    private void lookAgain() {
        nudged = false;
        List<String> first = new ArrayList<>();
        Iterator<String> line = waiting.iterator();
        while (line.hasNext() && first.size() < MOST_LOOKS) {
            first.add(line.next());
            line.remove();
        }
        waiting.addAll(first);
        for (String task : first) {
            take(task, new Turn(state(task), List.of(), Turn.Next.DELEGATE, 0), false);
        }
    }

    private void take(String task, Turn first, boolean popped) {
        TaskState before = state(task);
        Turn last = first;
        List<Effect> effects = new ArrayList<>(first.effects());
        if (first.next() == Turn.Next.DELEGATE) {
            last = delegate(first.state());
            effects.addAll(last.effects());
        }
        states.put(task, last.state());
        effects.forEach(this::carryOut);
        wake(task, last, popped);
        boolean waits = !last.state().getEnded()
                && !last.state().getClosing()
                && last.state().getOpenAttempt() == 0;
        if (!waits) {
            waiting.remove(task);
        } else {
            waiting.add(task);
        }
        invariants.task(last.state());
        if (last.state().getEnded() && !before.getEnded()) {
            tally.ended(last.state());
        }
    }

    private Turn delegate(TaskState state) {
        TaskSubmission submission = submission(state.getTaskId());
        long now = clock.now();
        Decision decision = deciding.decide(submission, state.getAttempts(), now);
        if (decision instanceof Decision.Assign assign) {
            invariants.assigned(state, submission, assign.choice().agent(), now);
        }
        return rule.decided(state, submission, decision, new Moment(now, 0));
    }

    private void carryOut(Effect effect) {
        if (effect instanceof Effect.Emit emit) {
            event(emit.event());
        } else if (effect instanceof Effect.Deliver deliver) {
            fleet.orElseThrow().deliver(deliver.delivery());
        } else if (effect instanceof Effect.Stop stop) {
            fleet.orElseThrow().stop(stop.delivery());
        } else if (effect instanceof Effect.Report report) {
            count(report.report());
            registry.report(report.report());
        }
    }

    private void count(AgentReport report) {
        AgentRef agent = AgentRef.of(report.getTenant(), report.getAgent());
        if (report.getKind() == AgentReportKind.ASSIGNED) {
            share.opened(agent);
            invariants.opened(agent);
            tally.assigned(agent);
        } else if (report.getKind() == AgentReportKind.OUTCOME) {
            share.closed(agent);
            invariants.closed(agent);
            tally.closed(report.getOutcome());
            freed();
        }
    }

    /** Keeps one time for each task, the earliest that it asked for, as production's queue does. */
    private void wake(String task, Turn turn, boolean popped) {
        long set = popped ? 0 : due.getOrDefault(task, 0L);
        long wanted = turn.wakeAt() == 0 && set == 0 ? turn.state().getDeadline() : turn.wakeAt();
        if (turn.state().getEnded() || wanted == 0 || (set > 0 && wanted >= set)) {
            return;
        }
        long at = Math.max(wanted, clock.now() + 1);
        due.put(task, at);
        clock.at(at, () -> due(task, at));
    }

    private void due(String task, long at) {
        TaskState state = state(task);
        if (!state.getEnded() && due.getOrDefault(task, 0L) == at) {
            due.put(task, 0L);
            take(task, rule.due(state, submission(task), at), true);
        }
    }

    private TaskState state(String task) {
        return Optional.ofNullable(states.get(task)).orElseThrow();
    }

    private TaskSubmission submission(String task) {
        return Optional.ofNullable(submissions.get(task)).orElseThrow();
    }

    private static SealedEnvelope envelope(TaskSubmission submission, long now) {
        ByteBuffer empty = ByteBuffer.allocate(0);
        SealedPart part = new SealedPart(
                1,
                submission.getCallerTenant(),
                "k",
                "tasks",
                submission.getMessageId(),
                "s",
                "",
                "TaskSubmission",
                1,
                now,
                empty,
                empty,
                empty);
        return new SealedEnvelope("TaskSubmission", part, null);
    }
}
