package org.dmsc.bridge.core.watch;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.dmsc.bridge.core.Assignment;
import org.dmsc.bridge.core.Failure;
import org.dmsc.bridge.core.StoredTask;
import org.dmsc.bridge.core.TaskUpdate;
import org.dmsc.bridge.core.TaskView;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.schemas.avro.TaskEventKind;
import org.dmsc.schemas.avro.TaskStateName;
import org.dmsc.schemas.task.TaskFold;
import org.dmsc.schemas.task.TaskFold.Effect;
import org.dmsc.schemas.task.TaskProgress;
import org.jspecify.annotations.Nullable;

/**
 * One task as it is seen here, shared by all who wait for it. Thread-safe: the feed brings events, a look-up brings what was missed.
 *
 * <pre>
 *   following ──an event of an attempt that was never seen to begin──▶ catching up (events wait)
 *   catching up ──the stored task came──▶ following
 *   following ──fold says ended──▶ ended
 * </pre>
 *
 * Applying is idempotent: stored and live events overlap, and are told apart by event id.
 */
final class TaskWatch {

    /** One update, with the attempt it belongs to. */
    private record Told(int attempt, TaskUpdate update) {}

    private final WatchedTask task;
    private final ObjectMapper json;
    private final StreamResponses responses;
    private final List<Told> told = new ArrayList<>();
    private final Set<String> seen = new HashSet<>();
    private final List<TaskHandle> handles = new ArrayList<>();
    private final List<Attended> attended = new ArrayList<>();
    private final CompletableFuture<Void> caughtUp = new CompletableFuture<>();
    private TaskProgress progress = TaskProgress.NEW;
    private Optional<Assignment> assignment = Optional.empty();
    private Optional<Failure> failure = Optional.empty();
    private @Nullable List<SeenEvent> waiting;
    private int interruptions;
    private long updatedAt;
    private boolean heard;

    /** An attendance, and what it keeps. */
    private record Attended(Attendance attendance, Runnable release) {

        void end() {
            if (attendance.over()) {
                release.run();
            }
        }
    }

    TaskWatch(WatchedTask task, ObjectMapper json, long now) {
        this.task = task;
        this.json = json;
        this.responses = new StreamResponses(json);
        this.updatedAt = now;
    }

    WatchedTask task() {
        return task;
    }

    /** Whether anything was heard of the task, live or stored. */
    synchronized boolean heard() {
        return heard;
    }

    /** Whether live events wait for what was missed. */
    synchronized boolean catchingUp() {
        return waiting != null;
    }

    /** Completes when what was missed before the watch began is in it; at once for a watch that missed nothing. */
    CompletionStage<Void> caughtUp() {
        return catchingUp() ? caughtUp.minimalCompletionStage() : CompletableFuture.completedStage(null);
    }

    synchronized boolean ended() {
        return progress.ended();
    }

    /** Events wait from now on until the stored task comes. */
    synchronized void awaitStored() {
        if (waiting == null) {
            waiting = new ArrayList<>();
        }
    }

    /** A live event. False when it had to be ignored. */
    boolean accept(SeenEvent event) {
        Effect effect;
        synchronized (this) {
            heard = true;
            attended.forEach(one -> one.attendance().heard());
            if (waiting != null) {
                waiting.add(event);
                return true;
            }
            effect = apply(event);
        }
        settleHandles();
        return effect != Effect.NONE;
    }

    /** What the log or the router's store has; live events that waited follow. */
    void catchUp(StoredTask stored, List<SeenEvent> events) {
        synchronized (this) {
            List<SeenEvent> live = waiting == null ? List.of() : waiting;
            waiting = null;
            heard = true;
            Set<String> liveIds = new HashSet<>();
            live.forEach(event -> liveIds.add(event.event().getEventId()));
            assignment = stored.assignment().or(() -> assignment);
            failure = stored.failure().or(() -> failure);
            updatedAt = Math.max(updatedAt, stored.updatedAt());
            events.forEach(event -> retell(event, liveIds));
            if (stored.progress().ended() && !toldLast()) {
                tell(
                        new SeenEvent(StreamResponses.endOf(stored), Optional::empty, -1),
                        true,
                        stored.progress().state());
            }
            if (stored.progress().lastAttempt() >= progress.lastAttempt() && !progress.ended()) {
                progress = stored.progress();
            }
            live.forEach(this::apply);
        }
        caughtUp.complete(null);
        settleHandles();
    }

    /** An event that is known to count. */
    private void retell(SeenEvent arrived, Set<String> liveIds) {
        TaskEvent event = arrived.event();
        if (!seen.add(event.getEventId())) {
            return;
        }
        if (event.getKind() == TaskEventKind.ASSIGNED) {
            assign(event);
            return;
        }
        TaskStateName state = event.getState();
        boolean last = event.getKind() == TaskEventKind.ENDED || state == TaskStateName.COMPLETED;
        tell(arrived, last, state == null ? TaskStateName.FAILED : state);
        countInterruption(event, liveIds.contains(event.getEventId()));
    }

    private boolean toldLast() {
        return !told.isEmpty() && told.get(told.size() - 1).update().last();
    }

    private Effect apply(SeenEvent arrived) {
        if (waiting != null) {
            waiting.add(arrived);
            return Effect.NOTED;
        }
        TaskEvent event = arrived.event();
        if (seen.contains(event.getEventId())) {
            return Effect.NONE;
        }
        if (isGap(event)) {
            waiting = new ArrayList<>();
            waiting.add(arrived);
            return Effect.NOTED;
        }
        seen.add(event.getEventId());
        TaskFold.Step step = TaskFold.apply(progress, event);
        if (step.setsStatus(progress, event)) {
            updatedAt = event.getTime();
        }
        progress = step.progress();
        if (event.getKind() == TaskEventKind.ASSIGNED && step.effect() == Effect.NOTED) {
            assign(event);
        } else if (step.effect() == Effect.VISIBLE) {
            tell(arrived, false, progress.state());
            countInterruption(event, true);
        } else if (step.effect() == Effect.ENDED) {
            end(arrived);
        }
        return step.effect();
    }

    /** Attempts begin with ASSIGNED, one after the other: whoever hears of one whose beginning it missed must look it up. */
    private boolean isGap(TaskEvent event) {
        if (progress.ended()) {
            return false;
        }
        return switch (event.getKind()) {
            case ASSIGNED -> event.getAttempt() > progress.lastAttempt() + 1;
            case AGENT_UPDATE, ATTEMPT_FAILED, ATTEMPT_CLOSED -> event.getAttempt() > progress.lastAttempt();
            case ACCEPTED, DEFERRED, ENDED, CANARY -> false;
        };
    }

    private void assign(TaskEvent event) {
        if (event.getAssigneeTenant() != null && event.getAssigneeAgent() != null) {
            assignment = Optional.of(new Assignment(
                    AgentRef.of(event.getAssigneeTenant(), event.getAssigneeAgent()),
                    event.getSkill() == null ? "" : event.getSkill(),
                    event.getAttempt(),
                    event.getReasons()));
        }
    }

    private void end(SeenEvent arrived) {
        TaskEvent event = arrived.event();
        if (event.getKind() == TaskEventKind.ENDED && event.getRefusal() != null) {
            failure = Optional.of(new Failure(StreamResponses.refusal(event), StreamResponses.reason(event)));
        }
        tell(arrived, true, progress.state());
    }

    private void tell(SeenEvent arrived, boolean last, TaskStateName state) {
        Optional<byte[]> payload = arrived.payload().get();
        // The router cannot seal payloads: what it asks stands in the event itself.
        boolean asked = arrived.event().getAttempt() == 0 && arrived.event().getReason() != null;
        if (payload.isEmpty() && !last && !asked) {
            return;
        }
        byte[] response = payload.orElseGet(() -> responses.said(arrived.event(), state));
        TaskUpdate update =
                new TaskUpdate(response, last, arrived.offset(), arrived.event().getEventId());
        told.add(new Told(arrived.event().getAttempt(), update));
        // A listener that hears the last update may let go of its handle there and then.
        List.copyOf(handles).forEach(handle -> handle.hear(update));
    }

    private void countInterruption(TaskEvent event, boolean live) {
        TaskStateName state = event.getState();
        if (live && (state == TaskStateName.INPUT_REQUIRED || state == TaskStateName.AUTH_REQUIRED)) {
            interruptions++;
        }
    }

    /** Where it stands. */
    synchronized TaskView view() {
        TaskStory story = new TaskStory(json, task.message());
        told.forEach(one -> story.add(one.attempt(), one.update().streamResponse()));
        return new TaskView(
                task.taskId(),
                task.contextId(),
                progress.state(),
                story.statusMessage(),
                story.artifacts(),
                story.history(),
                updatedAt,
                assignment,
                failure,
                told.isEmpty()
                        ? Optional.empty()
                        : Optional.of(told.get(told.size() - 1).update().id()));
    }

    /** Adds somebody who waits; for a follow-up, only an interruption that comes after now settles it. */
    void attach(TaskHandle handle) {
        synchronized (this) {
            handle.settlesAfter(interruptions);
            handles.add(handle);
        }
        settleHandles();
    }

    /** Adds somebody who only attends. */
    void attend(Attendance attendance, Runnable release) {
        synchronized (this) {
            attended.add(new Attended(attendance, release));
        }
        settleHandles();
    }

    /** Ends an attendance before the task is over. */
    void leave(Attendance attendance) {
        List<Attended> leaving;
        synchronized (this) {
            leaving = attended.stream()
                    .filter(one -> one.attendance() == attendance)
                    .toList();
            attended.removeAll(leaving);
        }
        leaving.forEach(Attended::end);
    }

    synchronized void detach(TaskHandle handle) {
        handles.remove(handle);
    }

    /** Tells everything from the first update on, then live. */
    synchronized void replay(Consumer<TaskUpdate> listener, Runnable thenLive) {
        told.forEach(one -> listener.accept(one.update()));
        thenLive.run();
    }

    /** Nothing more will come; whoever waits is told why. */
    void giveUp(RefusedException why) {
        List<TaskHandle> all;
        List<Attended> leaving;
        synchronized (this) {
            all = List.copyOf(handles);
            leaving = List.copyOf(attended);
            attended.clear();
        }
        caughtUp.completeExceptionally(why);
        all.forEach(handle -> handle.fail(why));
        leaving.forEach(Attended::end);
    }

    /** Outside the lock: what hangs on a handle may do anything. */
    private void settleHandles() {
        List<TaskHandle> due = new ArrayList<>();
        List<Attended> leaving = List.of();
        synchronized (this) {
            if (!attended.isEmpty() && (progress.ended() || progress.interrupted())) {
                leaving = List.copyOf(attended);
                attended.clear();
            }
            for (TaskHandle handle : handles) {
                if (progress.ended() || (progress.interrupted() && handle.settledBy(interruptions))) {
                    due.add(handle);
                }
            }
        }
        leaving.forEach(Attended::end);
        due.forEach(TaskHandle::settle);
    }
}
