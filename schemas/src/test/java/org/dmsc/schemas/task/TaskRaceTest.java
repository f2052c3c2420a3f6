package org.dmsc.schemas.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsc.schemas.task.TaskFoldTest.event;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.longs;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.schemas.avro.TaskEventKind;
import org.dmsc.schemas.avro.TaskStateName;
import org.dmsc.schemas.task.TaskFold.Effect;
import org.junit.jupiter.api.Test;

/**
 * A router, its agents and a caller's bridge race over one partition: each writes when it likes and reads behind. Whatever the order, the
 * caller and the router see the same single end, and the caller never sees an answer of an attempt that the router had given up.
 */
class TaskRaceTest {

    private static final int MOST_ATTEMPTS = 4;

    @Test
    void routerAndBridgeAgreeWhateverRaced() {
        qt().withExamples(5000).forAll(longs().all()).checkAssert(seed -> {
            Race race = new Race(new Random(seed));
            race.run();

            assertThat(race.router.progress).isEqualTo(race.bridge.progress);
            assertThat(race.router.progress.ended()).isTrue();
            assertThat(race.bridge.ends).hasSize(1).isEqualTo(race.router.ends);
            assertThat(race.bridge.visibleOfClosed).isZero();
            assertThat(race.assigned).doesNotHaveDuplicates();
        });
    }

    /** Somebody who reads the partition at its own pace. */
    private static class Reader {

        TaskProgress progress = TaskProgress.NEW;
        int offset;
        int visibleOfClosed;
        final List<Integer> ends = new ArrayList<>();

        Effect read(TaskEvent event) {
            TaskProgress before = progress;
            TaskFold.Step step = TaskFold.apply(progress, event);
            progress = step.progress();
            if (step.effect() == Effect.VISIBLE && event.getAttempt() != before.openAttempt()) {
                visibleOfClosed++;
            }
            if (step.effect() == Effect.ENDED) {
                ends.add(offset);
            }
            offset++;
            return step.effect();
        }
    }

    private static final class Race {

        private final Random random;
        private final List<TaskEvent> log = new ArrayList<>();
        private final List<Deque<TaskEvent>> agents = new ArrayList<>();
        final Reader router = new Reader();
        final Reader bridge = new Reader();
        final List<Integer> assigned = new ArrayList<>();

        Race(Random random) {
            this.random = random;
        }

        void run() {
            assign(1);
            while (!quiet()) {
                switch (random.nextInt(5)) {
                    case 0 -> agentWrites();
                    case 1 -> routerReads();
                    case 2 -> bridgeReads();
                    case 3 -> routerLosesPatience();
                    default -> callerCancels();
                }
            }
        }

        /** Everything was read, and the task has ended. */
        private boolean quiet() {
            return router.progress.ended()
                    && router.offset == log.size()
                    && bridge.offset == log.size()
                    && agents.stream().allMatch(Deque::isEmpty);
        }

        private void assign(int attempt) {
            assigned.add(attempt);
            log.add(event(TaskEventKind.ASSIGNED, attempt, null));
            Deque<TaskEvent> answers = new ArrayDeque<>();
            for (int i = 0; i < random.nextInt(4); i++) {
                answers.add(event(
                        TaskEventKind.AGENT_UPDATE, attempt, random.nextBoolean() ? TaskStateName.WORKING : null));
            }
            TaskStateName[] last = {TaskStateName.COMPLETED, TaskStateName.FAILED, TaskStateName.REJECTED};
            answers.add(event(TaskEventKind.AGENT_UPDATE, attempt, last[random.nextInt(last.length)]));
            if (random.nextInt(4) == 0) {
                // An agent that answers twice.
                answers.add(event(TaskEventKind.AGENT_UPDATE, attempt, TaskStateName.COMPLETED));
            }
            agents.add(answers);
        }

        private void agentWrites() {
            Deque<TaskEvent> agent = agents.get(random.nextInt(agents.size()));
            if (!agent.isEmpty()) {
                log.add(agent.poll());
            }
        }

        /** The router acts on what it has read back and on nothing else. */
        private void routerReads() {
            if (router.offset < log.size() && router.read(log.get(router.offset)) == Effect.ATTEMPT_CLOSED) {
                int next = router.progress.lastAttempt() + 1;
                if (next > MOST_ATTEMPTS) {
                    log.add(event(TaskEventKind.ENDED, 0, TaskStateName.FAILED));
                } else {
                    assign(next);
                }
            }
        }

        private void bridgeReads() {
            if (bridge.offset < log.size()) {
                bridge.read(log.get(bridge.offset));
            }
        }

        /** A timeout: written, not applied. */
        private void routerLosesPatience() {
            if (router.progress.openAttempt() > 0 && random.nextInt(4) == 0) {
                log.add(event(TaskEventKind.ATTEMPT_CLOSED, router.progress.openAttempt(), null));
            }
        }

        private void callerCancels() {
            if (!router.progress.ended() && random.nextInt(20) == 0) {
                log.add(event(TaskEventKind.ENDED, 0, TaskStateName.CANCELED));
            }
        }
    }
}
