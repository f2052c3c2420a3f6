package org.dmsc.router.task;

import static org.dmsc.router.testing.Make.NOW;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.longs;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.dmsc.router.decide.AgentSelector;
import org.dmsc.router.decide.Candidate;
import org.dmsc.router.decide.Question;
import org.dmsc.router.decide.SelectionPolicy;
import org.dmsc.router.testing.Make;
import org.dmsc.schemas.avro.AgentReportKind;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.SealedPart;
import org.dmsc.schemas.avro.TaskCancel;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.schemas.avro.TaskEventKind;
import org.dmsc.schemas.avro.TaskState;
import org.dmsc.schemas.avro.TaskStateName;
import org.dmsc.schemas.avro.TaskSubmission;
import org.dmsc.schemas.task.TaskFold;
import org.dmsc.schemas.task.TaskProgress;
import org.dmsc.tenant.identity.FabricDomain;
import org.junit.jupiter.api.Test;

/**
 * A router, agents that answer, fail, repeat and stay silent, a caller that cancels, and the clock race over one partition. Whatever happens:
 * the router and a bridge that only reads the events agree, assigned and outcome reports pair up, and the task ends.
 */
class TaskRaceTest {

    private static final TaskSubmission TASK = Make.submission("acme", "t1")
            .setSkill("s")
            .setDeadline(NOW + 20_000)
            .setAttemptTimeoutMs(3_000)
            .build();

    /** The partition, what the router has read of it, and its state. */
    private static final class World {
        final Random random;
        final List<TaskEvent> partition = new ArrayList<>();
        final TaskRule rule = new TaskRule(Names.of(FabricDomain.DEFAULT, "n"), Patience.DEFAULT);
        final AgentSelector selector = new AgentSelector(SelectionPolicy.DEFAULT);
        final List<Candidate> candidates = List.of(
                Make.candidate(Make.agent("acme", "a", Make.skill("s")).build(), 1),
                Make.candidate(Make.agent("acme", "b", Make.skill("s")).build(), 1));
        int read;
        int assigned;
        int outcomes;
        int ends;
        long now = NOW;
        long wakeAt;
        TaskState state;

        World(long seed) {
            random = new Random(seed);
            java.nio.ByteBuffer empty = java.nio.ByteBuffer.allocate(0);
            SealedPart part = new SealedPart(
                    1, "acme", "k", "tasks", "m", "s", "", "TaskSubmission", 1, NOW, empty, empty, empty);
            Turn first = rule.submitted(TASK, new SealedEnvelope("TaskSubmission", part, null), now);
            state = first.state();
            take(first);
        }

        void take(Turn turn) {
            boolean wasEnded = state.getEnded();
            state = turn.state();
            wakeAt = turn.wakeAt() > 0 ? turn.wakeAt() : wakeAt;
            for (Effect effect : turn.effects()) {
                if (effect instanceof Effect.Emit emit) {
                    partition.add(emit.event());
                } else if (effect instanceof Effect.Report report) {
                    boolean opens = report.report().getKind() == AgentReportKind.ASSIGNED;
                    assigned += opens ? 1 : 0;
                    outcomes += opens ? 0 : 1;
                }
            }
            ends += !wasEnded && state.getEnded() ? 1 : 0;
            if (turn.next() == Turn.Next.DELEGATE) {
                Question question = new Question(TASK, state.getAttempts(), 8, now);
                take(rule.decided(state, TASK, selector.decide(question, candidates, random), new Moment(now, 0)));
            }
        }

        void step() {
            now += random.nextInt(500);
            switch (random.nextInt(6)) {
                case 0, 1, 2 -> readOne();
                case 3 -> agentSaysSomething();
                case 4 -> clock();
                default -> maybeCancel();
            }
        }

        void readOne() {
            if (read < partition.size()) {
                take(rule.happened(state, partition.get(read++), now));
            }
        }

        private void agentSaysSomething() {
            TaskStateName[] states = TaskStateName.values();
            boolean lost = random.nextInt(3) == 0;
            partition.add(TaskEvent.newBuilder()
                    .setEventId("e")
                    .setTaskId("t1")
                    .setContextId("c")
                    .setKind(lost ? TaskEventKind.ATTEMPT_FAILED : TaskEventKind.AGENT_UPDATE)
                    .setAttempt(1 + random.nextInt(Math.max(1, state.getLastAttempt())))
                    .setState(lost ? null : states[random.nextInt(states.length)])
                    .setBy("agent")
                    .setTime(now)
                    .build());
        }

        void clock() {
            if (!state.getEnded() && now >= wakeAt) {
                take(rule.due(state, TASK, now));
            }
        }

        private void maybeCancel() {
            if (random.nextInt(20) == 0) {
                TaskCancel cancel = TaskCancel.newBuilder()
                        .setTaskId("t1")
                        .setCallerTenant("acme")
                        .setCallerAgent("caller")
                        .setTime(now)
                        .build();
                take(rule.cancelled(state, cancel, now));
            }
        }

        void settle() {
            for (int i = 0; i < 200 && !(state.getEnded() && read == partition.size()); i++) {
                now += 2_000;
                clock();
                while (read < partition.size()) {
                    readOne();
                }
            }
        }
    }

    @Test
    void everybodyAgreesAndEveryTaskEnds() {
        qt().withExamples(500).forAll(longs().all()).check(seed -> {
            World world = new World(seed);
            for (int i = 0; i < 60; i++) {
                world.step();
            }
            world.settle();
            TaskProgress bridge = TaskProgress.NEW;
            for (TaskEvent event : world.partition) {
                bridge = TaskFold.apply(bridge, event).progress();
            }
            return world.state.getEnded()
                    && bridge.ended()
                    && bridge.state() == world.state.getState()
                    && bridge.lastAttempt() == world.state.getLastAttempt()
                    && world.assigned == world.outcomes
                    && world.ends == 1;
        });
    }
}
