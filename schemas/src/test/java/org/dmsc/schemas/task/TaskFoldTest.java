package org.dmsc.schemas.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.Generate.constant;
import static org.quicktheories.generators.SourceDSL.arbitrary;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.schemas.avro.TaskEventKind;
import org.dmsc.schemas.avro.TaskStateName;
import org.dmsc.schemas.task.TaskFold.Effect;
import org.dmsc.schemas.task.TaskFold.Step;
import org.junit.jupiter.api.Test;
import org.quicktheories.core.Gen;

/** The laws of design 14.1, for any order of any events. */
class TaskFoldTest {

    private static final int ATTEMPTS = 3;

    /** Any event, sensible or not. */
    private static final Gen<TaskEvent> ANY = arbitrary()
            .enumValues(TaskEventKind.class)
            .zip(
                    integers().between(0, ATTEMPTS),
                    arbitrary()
                            .enumValues(TaskStateName.class)
                            .map(Optional::of)
                            .mix(constant(Optional.empty()), 20),
                    (kind, attempt, state) -> event(kind, attempt, state.orElse(null)));

    private static final Gen<List<TaskEvent>> LOGS = lists().of(ANY).ofSizeBetween(0, 30);

    @Test
    void theRoutersQuestionCountsWhileNoAttemptIsOpen() {
        List<Step> steps = fold(List.of(
                event(TaskEventKind.AGENT_UPDATE, 0, TaskStateName.INPUT_REQUIRED),
                event(TaskEventKind.ASSIGNED, 1, null),
                event(TaskEventKind.AGENT_UPDATE, 0, TaskStateName.INPUT_REQUIRED)));

        assertThat(steps).extracting(Step::effect).containsExactly(Effect.VISIBLE, Effect.NOTED, Effect.NONE);
        assertThat(steps)
                .extracting(step -> step.progress().state())
                .containsExactly(TaskStateName.INPUT_REQUIRED, TaskStateName.WORKING, TaskStateName.WORKING);
    }

    @Test
    void aStraightTaskIsAssignedWorkedOnAndCompleted() {
        List<Step> steps = fold(List.of(
                event(TaskEventKind.ACCEPTED, 0, null),
                event(TaskEventKind.ASSIGNED, 1, null),
                event(TaskEventKind.AGENT_UPDATE, 1, TaskStateName.WORKING),
                event(TaskEventKind.AGENT_UPDATE, 1, null),
                event(TaskEventKind.AGENT_UPDATE, 1, TaskStateName.COMPLETED)));

        assertThat(steps)
                .extracting(Step::effect)
                .containsExactly(Effect.NOTED, Effect.NOTED, Effect.VISIBLE, Effect.VISIBLE, Effect.ENDED);
        assertThat(last(steps)).isEqualTo(new TaskProgress(TaskStateName.COMPLETED, 0, 1, true));
    }

    @Test
    void aFailureOfAnAgentClosesItsAttemptAndNotTheTask() {
        for (TaskStateName failure : List.of(TaskStateName.FAILED, TaskStateName.REJECTED, TaskStateName.CANCELED)) {
            List<Step> steps = fold(List.of(
                    event(TaskEventKind.ASSIGNED, 1, null),
                    event(TaskEventKind.AGENT_UPDATE, 1, failure),
                    event(TaskEventKind.ASSIGNED, 2, null),
                    event(TaskEventKind.AGENT_UPDATE, 1, TaskStateName.COMPLETED),
                    event(TaskEventKind.AGENT_UPDATE, 2, TaskStateName.COMPLETED)));

            assertThat(steps)
                    .extracting(Step::effect)
                    .containsExactly(Effect.NOTED, Effect.ATTEMPT_CLOSED, Effect.NOTED, Effect.NONE, Effect.ENDED);
        }
    }

    @Test
    void aClosedAttemptNoLongerWaitsForTheCaller() {
        List<Step> steps = fold(List.of(
                event(TaskEventKind.ASSIGNED, 1, null),
                event(TaskEventKind.AGENT_UPDATE, 1, TaskStateName.INPUT_REQUIRED),
                event(TaskEventKind.ATTEMPT_CLOSED, 1, null)));

        assertThat(steps.get(1).progress().interrupted()).isTrue();
        assertThat(last(steps)).isEqualTo(new TaskProgress(TaskStateName.WORKING, 0, 1, false));
    }

    @Test
    void nothingCountsAfterTheEnd() {
        qt().forAll(LOGS, LOGS).checkAssert((before, after) -> {
            TaskProgress end = last(fold(with(before, event(TaskEventKind.ENDED, 0, TaskStateName.FAILED))));
            assertThat(end.ended()).isTrue();

            TaskProgress progress = end;
            for (TaskEvent late : after) {
                Step step = TaskFold.apply(progress, late);
                assertThat(step).isEqualTo(new Step(end, Effect.NONE));
                progress = step.progress();
            }
        });
    }

    @Test
    void aTaskEndsAtMostOnceAndAlwaysVisibly() {
        qt().forAll(LOGS).checkAssert(log -> {
            List<Step> steps = fold(log);
            long ends =
                    steps.stream().filter(step -> step.effect() == Effect.ENDED).count();

            assertThat(ends).isEqualTo(last(steps).ended() ? 1 : 0);
        });
    }

    @Test
    void theFirstResultOfTheOpenAttemptWins() {
        qt().withExamples(5000).forAll(LOGS).checkAssert(log -> {
            Optional<Integer> expected = winner(log);
            List<Step> steps = fold(log);
            Optional<Integer> ended = Optional.empty();
            for (int i = 0; i < steps.size(); i++) {
                if (steps.get(i).effect() == Effect.ENDED) {
                    ended = Optional.of(i);
                }
            }

            assertThat(ended).isEqualTo(expected);
        });
    }

    @Test
    void whatComesFromAnAttemptThatIsNotOpenMightAsWellNotHaveHappened() {
        qt().forAll(LOGS).checkAssert(log -> {
            List<Step> steps = fold(log);
            List<TaskEvent> counted = new ArrayList<>();
            for (int i = 0; i < log.size(); i++) {
                if (steps.get(i).effect() != Effect.NONE) {
                    counted.add(log.get(i));
                }
            }

            assertThat(last(fold(counted))).isEqualTo(last(steps));
            assertThat(fold(counted)).noneMatch(step -> step.effect() == Effect.NONE);
        });
    }

    @Test
    void attemptsOnlyGrowAndAtMostTheNewestIsOpen() {
        qt().forAll(LOGS).checkAssert(log -> {
            int before = 0;
            for (Step step : fold(log)) {
                TaskProgress progress = step.progress();
                assertThat(progress.lastAttempt()).isGreaterThanOrEqualTo(before);
                assertThat(progress.openAttempt()).isIn(0, progress.lastAttempt());
                assertThat(progress.ended() && progress.openAttempt() > 0).isFalse();
                before = progress.lastAttempt();
            }
        });
    }

    /** The law in other words, without the fold: where the task ends, by looking back from each event. */
    private static Optional<Integer> winner(List<TaskEvent> log) {
        for (int i = 0; i < log.size(); i++) {
            TaskEvent event = log.get(i);
            boolean result =
                    event.getKind() == TaskEventKind.AGENT_UPDATE && event.getState() == TaskStateName.COMPLETED;
            if (event.getKind() == TaskEventKind.ENDED || (result && isOpen(event.getAttempt(), log.subList(0, i)))) {
                return Optional.of(i);
            }
        }
        return Optional.empty();
    }

    private static boolean isOpen(int attempt, List<TaskEvent> before) {
        int opened = -1;
        int highest = 0;
        for (int i = 0; i < before.size(); i++) {
            TaskEvent event = before.get(i);
            if (event.getKind() == TaskEventKind.ASSIGNED && event.getAttempt() > highest) {
                highest = event.getAttempt();
                opened = i;
            }
        }
        return attempt > 0
                && attempt == highest
                && before.subList(opened + 1, before.size()).stream().noneMatch(event -> closes(event, attempt));
    }

    private static boolean closes(TaskEvent event, int attempt) {
        boolean gaveUp = event.getKind() == TaskEventKind.AGENT_UPDATE
                && (event.getState() == TaskStateName.FAILED
                        || event.getState() == TaskStateName.REJECTED
                        || event.getState() == TaskStateName.CANCELED);
        return event.getAttempt() == attempt
                && (gaveUp
                        || event.getKind() == TaskEventKind.ATTEMPT_FAILED
                        || event.getKind() == TaskEventKind.ATTEMPT_CLOSED);
    }

    private static List<Step> fold(List<TaskEvent> log) {
        List<Step> steps = new ArrayList<>();
        TaskProgress progress = TaskProgress.NEW;
        for (TaskEvent event : log) {
            Step step = TaskFold.apply(progress, event);
            steps.add(step);
            progress = step.progress();
        }
        return steps;
    }

    private static TaskProgress last(List<Step> steps) {
        return steps.isEmpty() ? TaskProgress.NEW : steps.get(steps.size() - 1).progress();
    }

    private static List<TaskEvent> with(List<TaskEvent> log, TaskEvent more) {
        List<TaskEvent> all = new ArrayList<>(log);
        all.add(more);
        return all;
    }

    static TaskEvent event(TaskEventKind kind, int attempt, TaskStateName state) {
        return TaskEvent.newBuilder()
                .setEventId("e")
                .setTaskId("t")
                .setContextId("c")
                .setKind(kind)
                .setAttempt(attempt)
                .setState(state)
                .setBy("spiffe://acme.fabric.localhost/agent/a")
                .setTime(0)
                .build();
    }
}
