package org.dmsc.bridge.http.a2a;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.dmsc.bridge.core.OpenTask;
import org.dmsc.bridge.core.TaskUpdate;
import org.dmsc.bridge.core.TaskView;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.Tasks;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.TaskStateName;

/**
 * One task as a stream, whatever the binding: the task first, then every update in order, ended after the last.
 *
 * <pre>
 *   a task just asked for     as it was submitted (id 0), then all updates
 *   a task that exists        as it stands now (id of the newest update in it), or stood before the message that follows up; then what comes
 *   after event n             all updates after n, and no task: the reader has it. An n that is not known any more: as it stands now
 * </pre>
 *
 * An event's id is its name in the log, so any gateway can go on where another one stopped. Thread-safe: updates that come while the beginning
 * is being sent wait in line.
 */
public final class TaskStream {

    /** Stands for the place before the first update. */
    static final String BEGINNING = "0";

    private final OpenTask open;
    private final Beginning beginning;
    private final String after;
    private final Queue<TaskUpdate> line = new ConcurrentLinkedQueue<>();
    /** One for the beginning, which is sent first, and one for each update. */
    private final AtomicInteger work = new AtomicInteger(1);

    private final AtomicInteger quiet = new AtomicInteger();

    private enum Beginning {
        SUBMITTED,
        NOW,
        AFTER
    }

    private TaskStream(OpenTask open, Beginning beginning, String after) {
        this.open = open;
        this.beginning = beginning;
        this.after = after;
    }

    /** Of a task that was just asked for. */
    static TaskStream ofNew(OpenTask open, Optional<String> after) {
        return after.map(id -> new TaskStream(open, Beginning.AFTER, id))
                .orElseGet(() -> new TaskStream(open, Beginning.SUBMITTED, BEGINNING));
    }

    /** Of a task that exists. */
    static TaskStream ofExisting(OpenTask open, Optional<String> after) {
        return after.map(id -> new TaskStream(open, Beginning.AFTER, id))
                .orElseGet(() -> new TaskStream(open, Beginning.NOW, BEGINNING));
    }

    /**
     * How a stream is kept alive.
     *
     * @param heartbeat interval of signs of life while nothing happens
     * @param idle after so long without an update the stream ends; the task goes on
     */
    public record Pace(ScheduledExecutorService timer, Duration heartbeat, Duration idle) {}

    /** Begins; the task is released when the sink's stream is over. */
    public void into(StreamSink sink, Pace pace) {
        ScheduledFuture<?> heart = heart(sink, pace);
        var unused = sink.over().whenComplete((done, failure) -> {
            heart.cancel(false);
            open.release();
        });
        open.settled().whenComplete((view, failure) -> {
            if (failure != null) {
                sink.fail(refusal(failure));
            }
        });
        open.listen(update -> {
            line.add(update);
            if (work.getAndIncrement() == 0) {
                drain(sink);
            }
        });
        begin(sink);
        drain(sink);
    }

    private ScheduledFuture<?> heart(StreamSink sink, Pace pace) {
        long interval = pace.heartbeat().toMillis();
        long mostQuiet = Math.max(1, pace.idle().toMillis() / interval);
        return pace.timer()
                .scheduleAtFixedRate(
                        () -> {
                            if (quiet.incrementAndGet() > mostQuiet) {
                                sink.end();
                            } else {
                                sink.alive();
                            }
                        },
                        interval,
                        interval,
                        TimeUnit.MILLISECONDS);
    }

    private void begin(StreamSink sink) {
        switch (beginning) {
            case SUBMITTED:
                task(sink, submitted(open.view()), BEGINNING);
                break;
            case NOW:
                now(sink);
                break;
            case AFTER:
                if (!after.equals(BEGINNING) && !passed(sink, after)) {
                    now(sink);
                }
                break;
        }
    }

    /** The view is made after listening began, so that what is in it stands in line, too, and is taken out there. */
    private void now(StreamSink sink) {
        TaskView view = open.before();
        task(sink, view, view.cursor().orElse(BEGINNING));
        view.cursor().ifPresent(newest -> passed(sink, newest));
    }

    /** Takes out of the line all up to that one; false, and nothing taken, when it is not there. */
    private boolean passed(StreamSink sink, String id) {
        if (line.stream().noneMatch(update -> update.id().equals(id))) {
            return false;
        }
        for (TaskUpdate update = line.poll(); update != null; update = line.poll()) {
            if (update.last()) {
                sink.end();
            }
            if (update.id().equals(id)) {
                return true;
            }
        }
        return true;
    }

    /** Whoever finds work at 0 does it; others only leave theirs in line. */
    private void drain(StreamSink sink) {
        int seen = work.get();
        while (seen > 0) {
            for (TaskUpdate update = line.poll(); update != null; update = line.poll()) {
                quiet.set(0);
                sink.send(update.streamResponse(), update.id());
                if (update.last()) {
                    sink.end();
                }
            }
            seen = work.addAndGet(-seen);
        }
    }

    private void task(StreamSink sink, TaskView view, String id) {
        sink.send(A2aJson.bytes(Tasks.taskResponse(Tasks.task(view, OptionalInt.empty()))), id);
    }

    /** The task as it was before its first update: the updates themselves follow, so none counts twice. */
    private static TaskView submitted(TaskView view) {
        return new TaskView(
                view.taskId(),
                view.contextId(),
                TaskStateName.SUBMITTED,
                Optional.empty(),
                List.of(),
                view.history().isEmpty() ? List.of() : view.history().subList(0, 1),
                view.updatedAt(),
                view.assignment(),
                Optional.empty());
    }

    private static RefusedException refusal(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof java.util.concurrent.CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof RefusedException refused
                ? refused
                : new RefusedException(Refusal.INTERNAL, "a fault inside the fabric; its log has the cause");
    }
}
