package org.dmsc.bridge.core.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dmsc.bridge.core.Assignment;
import org.dmsc.bridge.core.Failure;
import org.dmsc.bridge.core.StoredTask;
import org.dmsc.bridge.core.TaskUpdate;
import org.dmsc.bridge.core.TaskView;
import org.dmsc.bridge.core.watch.TaskHandle.Patience;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.SealedPart;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.schemas.avro.TaskEventKind;
import org.dmsc.schemas.avro.TaskStateName;
import org.dmsc.schemas.task.TaskFold;
import org.dmsc.schemas.task.TaskProgress;
import org.junit.jupiter.api.Test;

final class TaskWatchTest {

    private static final WatchedTask TASK = new WatchedTask(
            AgentRef.of("acme", "caller"),
            "spiffe://acme.fabric.localhost/agent/caller",
            "task",
            "context",
            utf8("{\"messageId\":\"m\",\"role\":\"ROLE_USER\",\"parts\":[{\"text\":\"hi\"}]}"),
            Long.MAX_VALUE);

    private final TaskWatch watch = watch();
    private final List<TaskUpdate> heard = new ArrayList<>();

    @Test
    void tellsUpdatesInOrderFromTheFirstAndSettlesAtTheEnd() {
        TaskHandle handle = attach(watch, Patience.ANY_INTERRUPTION);
        watch.accept(assigned(1));
        watch.accept(artifact("e1", 1, "a", "one", false));
        handle.listen(heard::add);
        watch.accept(artifact("e2", 1, "a", "two", true));
        watch.accept(completed("e3", 1));

        assertThat(heard).hasSize(3);
        assertThat(heard.get(2).last()).isTrue();
        TaskView view = handle.settled().toCompletableFuture().join();
        assertThat(view.state()).isEqualTo(TaskStateName.COMPLETED);
        assertThat(view.artifacts()).hasSize(1);
        assertThat(text(view.artifacts().get(0))).contains("one").contains("two");
        assertThat(text(view.statusMessage().orElseThrow())).contains("done");
        assertThat(view.history()).hasSize(1);
        assertThat(view.assignment().orElseThrow().agent()).isEqualTo(AgentRef.of("acme", "worker1"));
    }

    @Test
    void hidesTheFailureOfAnAttemptAndWhatComesLateFromIt() {
        TaskHandle handle = attach(watch, Patience.ANY_INTERRUPTION);
        handle.listen(heard::add);
        watch.accept(assigned(1));
        watch.accept(artifact("e1", 1, "a", "of the first", false));
        watch.accept(update("e2", 1, TaskStateName.FAILED, status("TASK_STATE_FAILED", "broke")));
        watch.accept(completed("late", 1));
        watch.accept(assigned(2));
        watch.accept(artifact("e3", 2, "b", "of the second", false));
        watch.accept(completed("e4", 2));

        assertThat(heard).hasSize(3);
        TaskView view = watch.view();
        assertThat(view.artifacts()).hasSize(1);
        assertThat(text(view.artifacts().get(0))).contains("of the second");
        assertThat(view.assignment().orElseThrow().attempt()).isEqualTo(2);
    }

    @Test
    void saysItselfWhyTheFabricEndedATask() {
        TaskHandle handle = attach(watch, Patience.ANY_INTERRUPTION);
        handle.listen(heard::add);

        watch.accept(new SeenEvent(
                event("end", TaskEventKind.ENDED, 0)
                        .setState(TaskStateName.FAILED)
                        .setRefusal(Refusal.NO_CANDIDATE.name())
                        .setReason("nobody knows \"that\"")
                        .build(),
                Optional::empty,
                7));

        assertThat(heard).hasSize(1);
        assertThat(heard.get(0).last()).isTrue();
        assertThat(text(heard.get(0).streamResponse()))
                .contains("TASK_STATE_FAILED")
                .contains("nobody knows \\\"that\\\"")
                .contains("NO_CANDIDATE");
        assertThat(watch.view().failure()).contains(new Failure(Refusal.NO_CANDIDATE, "nobody knows \"that\""));
    }

    @Test
    void saysItselfWhatTheRouterAsks() {
        TaskHandle handle = attach(watch, Patience.ANY_INTERRUPTION);
        handle.listen(heard::add);

        watch.accept(new SeenEvent(
                event("asked", TaskEventKind.AGENT_UPDATE, 0)
                        .setState(TaskStateName.INPUT_REQUIRED)
                        .setRefusal(Refusal.AMBIGUOUS.name())
                        .setReason("which of these?")
                        .build(),
                Optional::empty,
                7));

        assertThat(handle.settled().toCompletableFuture()).isCompleted();
        assertThat(heard.get(0).last()).isFalse();
        assertThat(text(watch.view().statusMessage().orElseThrow())).contains("which of these?");
        watch.accept(assigned(1));
        assertThat(watch.view().state()).isEqualTo(TaskStateName.WORKING);
    }

    @Test
    void aStatusThatSaysNothingPutsWhatWasSaidBeforeIntoTheHistory() {
        watch.accept(assigned(1));
        watch.accept(update("q", 1, TaskStateName.INPUT_REQUIRED, status("TASK_STATE_INPUT_REQUIRED", "which one?")));
        TaskHandle followUp = attach(watch, Patience.NEXT_INTERRUPTION);
        followUp.markBefore();
        watch.accept(update(
                "w", 1, TaskStateName.WORKING, "{\"statusUpdate\":{\"status\":{\"state\":\"TASK_STATE_WORKING\"}}}"));

        assertThat(watch.view().statusMessage()).isEmpty();
        assertThat(text(watch.view().history().get(1))).contains("which one?");
        assertThat(text(followUp.before().statusMessage().orElseThrow())).contains("which one?");
        assertThat(followUp.before().cursor()).contains("q");
    }

    @Test
    void looksUpWhatItMissedAndTellsEachUpdateOnce() {
        TaskHandle handle = attach(watch, Patience.ANY_INTERRUPTION);
        handle.listen(heard::add);
        watch.accept(artifact("e2", 1, "a", "two", true));
        assertThat(watch.catchingUp()).isTrue();
        assertThat(heard).isEmpty();

        watch.catchUp(
                stored(new TaskProgress(TaskStateName.WORKING, 1, 1, false)),
                List.of(artifact("e1", 1, "a", "one", false), artifact("e2", 1, "a", "two", true)));
        watch.accept(completed("e3", 1));

        assertThat(watch.catchingUp()).isFalse();
        assertThat(heard).hasSize(3);
        assertThat(handle.settled().toCompletableFuture()).isCompleted();
    }

    @Test
    void aStoreThatLagsIsAskedAgain() {
        watch.accept(update("e5", 2, TaskStateName.WORKING, status("TASK_STATE_WORKING", "on it")));

        watch.catchUp(stored(new TaskProgress(TaskStateName.WORKING, 1, 1, false)), List.of());
        assertThat(watch.catchingUp()).isTrue();
        watch.catchUp(stored(new TaskProgress(TaskStateName.WORKING, 2, 2, false)), List.of());

        assertThat(watch.catchingUp()).isFalse();
        assertThat(watch.view().statusMessage()).isPresent();
    }

    @Test
    void aFollowUpWaitsForTheNextQuestionNotForTheOneItAnswers() {
        watch.accept(assigned(1));
        watch.accept(update("q1", 1, TaskStateName.INPUT_REQUIRED, status("TASK_STATE_INPUT_REQUIRED", "which?")));
        TaskHandle first = attach(watch, Patience.ANY_INTERRUPTION);
        TaskHandle followUp = attach(watch, Patience.NEXT_INTERRUPTION);
        assertThat(first.settled().toCompletableFuture()).isCompleted();
        assertThat(followUp.settled().toCompletableFuture()).isNotDone();

        watch.accept(update("q2", 1, TaskStateName.INPUT_REQUIRED, status("TASK_STATE_INPUT_REQUIRED", "and where?")));

        assertThat(followUp.settled().toCompletableFuture()).isCompleted();
    }

    @Test
    void aListenerThatLetsGoAtTheLastUpdateTakesItFromNobodyElse() {
        for (int i = 0; i < 3; i++) {
            TaskHandle leaving = attach(watch, Patience.ANY_INTERRUPTION);
            leaving.listen(update -> {
                heard.add(update);
                leaving.release();
            });
        }

        watch.accept(assigned(1));
        watch.accept(completed("e1", 1));

        assertThat(heard).hasSize(3);
    }

    @Test
    void aReleasedListenerHearsNothingAndABadOneHarmsNobody() {
        TaskHandle bad = attach(watch, Patience.ANY_INTERRUPTION);
        bad.listen(update -> {
            throw new IllegalStateException("bad listener");
        });
        TaskHandle released = attach(watch, Patience.ANY_INTERRUPTION);
        released.listen(heard::add);
        released.release();
        List<TaskUpdate> good = new ArrayList<>();
        attach(watch, Patience.ANY_INTERRUPTION).listen(good::add);

        watch.accept(assigned(1));
        watch.accept(completed("e1", 1));

        assertThat(heard).isEmpty();
        assertThat(good).hasSize(1);
    }

    /** However the log is cut into what was missed and what comes live, overlapping or not, the caller sees the same. */
    @Test
    void catchingUpAnywhereShowsTheSameStory() {
        List<SeenEvent> log = List.of(
                assigned(1),
                artifact("a1", 1, "x", "1", false),
                update("f1", 1, TaskStateName.FAILED, status("TASK_STATE_FAILED", "no")),
                assigned(2),
                update("w2", 2, TaskStateName.WORKING, status("TASK_STATE_WORKING", "go")),
                artifact("a2", 2, "y", "2", false),
                artifact("a3", 2, "y", "3", true),
                completed("c2", 2));
        TaskWatch whole = watch();
        List<String> expected = tellAll(whole, log);

        qt().forAll(integers().between(0, log.size()), integers().between(0, log.size()))
                .checkAssert((liveFrom, storedTo) -> {
                    TaskWatch late = watch();
                    late.awaitStored();
                    List<TaskUpdate> updates = new ArrayList<>();
                    attach(late, Patience.ANY_INTERRUPTION).listen(updates::add);
                    int stored = Math.max(liveFrom, storedTo);

                    log.subList(liveFrom, log.size()).forEach(late::accept);
                    catchUp(late, log.subList(0, stored));

                    assertThat(updates)
                            .extracting(update -> text(update.streamResponse()))
                            .isEqualTo(expected);
                    assertThat(late.view().state()).isEqualTo(whole.view().state());
                    assertThat(late.view().artifacts())
                            .extracting(TaskWatchTest::text)
                            .isEqualTo(whole.view().artifacts().stream()
                                    .map(TaskWatchTest::text)
                                    .toList());
                });
    }

    private static List<String> tellAll(TaskWatch watch, List<SeenEvent> log) {
        List<TaskUpdate> updates = new ArrayList<>();
        attach(watch, Patience.ANY_INTERRUPTION).listen(updates::add);
        log.forEach(watch::accept);
        return updates.stream().map(update -> text(update.streamResponse())).toList();
    }

    /** As a replay of the log would. */
    private static void catchUp(TaskWatch watch, List<SeenEvent> prefix) {
        TaskProgress progress = TaskProgress.NEW;
        List<SeenEvent> counting = new ArrayList<>();
        for (SeenEvent one : prefix) {
            TaskFold.Step step = TaskFold.apply(progress, one.event());
            progress = step.progress();
            if (step.effect() == TaskFold.Effect.VISIBLE || step.effect() == TaskFold.Effect.ENDED) {
                counting.add(one);
            }
        }
        watch.catchUp(stored(progress), counting);
    }

    private static TaskWatch watch() {
        return new TaskWatch(TASK, new ObjectMapper(), 0);
    }

    private static TaskHandle attach(TaskWatch watch, Patience patience) {
        TaskHandle handle = new TaskHandle(watch, patience, () -> {});
        watch.attach(handle);
        return handle;
    }

    private static StoredTask stored(TaskProgress progress) {
        java.nio.ByteBuffer none = java.nio.ByteBuffer.allocate(0);
        SealedPart part =
                new SealedPart(1, "acme", "k", "tasks", "m", "", "", "TaskSubmission", 1, 0L, none, none, none);
        return new StoredTask(
                new TenantId("acme"),
                "task",
                "context",
                "caller",
                progress,
                Optional.<Assignment>empty(),
                Optional.empty(),
                Long.MAX_VALUE,
                1,
                new SealedEnvelope("TaskSubmission", part, null),
                List.of());
    }

    private static SeenEvent assigned(int attempt) {
        return new SeenEvent(
                event("assigned" + attempt, TaskEventKind.ASSIGNED, attempt)
                        .setAssigneeTenant("acme")
                        .setAssigneeAgent("worker" + attempt)
                        .build(),
                Optional::empty,
                -1);
    }

    private static SeenEvent artifact(String id, int attempt, String artifact, String text, boolean append) {
        return update(
                id,
                attempt,
                null,
                "{\"artifactUpdate\":{\"artifact\":{\"artifactId\":\"" + artifact + "\",\"parts\":[{\"text\":\"" + text
                        + "\"}]},\"append\":" + append + "}}");
    }

    private static SeenEvent completed(String id, int attempt) {
        return update(id, attempt, TaskStateName.COMPLETED, status("TASK_STATE_COMPLETED", "done"));
    }

    private static SeenEvent update(String id, int attempt, TaskStateName state, String json) {
        return new SeenEvent(
                event(id, TaskEventKind.AGENT_UPDATE, attempt).setState(state).build(),
                () -> Optional.of(utf8(json)),
                3);
    }

    private static String status(String state, String text) {
        return "{\"statusUpdate\":{\"status\":{\"state\":\"" + state
                + "\",\"message\":{\"messageId\":\"x\",\"role\":\"ROLE_AGENT\"," + "\"parts\":[{\"text\":\"" + text
                + "\"}]}}}}";
    }

    private static TaskEvent.Builder event(String id, TaskEventKind kind, int attempt) {
        return TaskEvent.newBuilder()
                .setEventId(id)
                .setTaskId("task")
                .setContextId("context")
                .setKind(kind)
                .setAttempt(attempt)
                .setBy("spiffe://platform.fabric.localhost/router/r")
                .setTime(5);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
