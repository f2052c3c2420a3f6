package org.dmsc.bridge.core.push;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.dmsc.bridge.core.OpenTask;
import org.dmsc.bridge.core.PushSender.Notice;
import org.dmsc.bridge.core.TaskUpdate;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.PushRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One receiver of one task, told of one update after the other. All methods run on the dispatcher's thread.
 *
 * <pre>
 *   waiting ──update──▶ sending ──acknowledged──▶ noted in the topic ──▶ waiting; after the last update the configuration is erased
 *                          └──failed──▶ noted, with the time of the next try ──▶ sending; given up after too many
 * </pre>
 *
 * What is acknowledged is noted after it was sent: whoever takes over sends the last one again rather than leave one out.
 */
final class PushRun {

    private static final Logger LOG = LoggerFactory.getLogger(PushRun.class);

    private final PushDispatcher.Shared shared;
    private final Deque<TaskUpdate> waiting = new ArrayDeque<>();
    private PushEntry entry;
    private Optional<OpenTask> open = Optional.empty();
    private boolean begun;
    private boolean busy;
    private boolean stopped;

    PushRun(PushDispatcher.Shared shared, PushEntry entry) {
        this.shared = shared;
        this.entry = entry;
    }

    /** Whether a record says the same as what this run works on, whatever progress it notes. */
    boolean isOf(PushEntry other) {
        return entry.record().getCreatedAt() == other.record().getCreatedAt();
    }

    void start() {
        long pause = Math.max(0, entry.record().getNextAt() - shared.clock().millis());
        later(this::follow, pause);
    }

    void stop() {
        stopped = true;
        open.ifPresent(OpenTask::release);
        open = Optional.empty();
        waiting.clear();
    }

    private void follow() {
        if (stopped) {
            return;
        }
        shared.follower().follow(entry).whenCompleteAsync(this::followed, shared.thread());
    }

    private void followed(Optional<OpenTask> task, Throwable failure) {
        if (failure != null) {
            // Nothing is known of the receiver: its failures are not counted.
            later(this::follow, PushDispatcher.LOOK_AGAIN_MS);
        } else if (stopped) {
            task.ifPresent(OpenTask::release);
        } else if (task.isEmpty()) {
            erase();
        } else {
            open = task;
            task.get().listen(update -> shared.thread().execute(() -> heard(update)));
            // After what is told already, which stands in line before this.
            shared.thread().execute(this::skipAcknowledged);
        }
    }

    private void heard(TaskUpdate update) {
        if (!stopped) {
            waiting.add(update);
            next();
        }
    }

    /** An acknowledged update that is not known any more means that nothing is: then all are told, since once too often is better. */
    private void skipAcknowledged() {
        String acknowledged = entry.record().getDeliveredTo();
        if (stopped || busy || acknowledged.isEmpty()) {
            begin();
            return;
        }
        boolean known = waiting.stream().anyMatch(update -> update.id().equals(acknowledged));
        for (Iterator<TaskUpdate> all = waiting.iterator(); known && all.hasNext(); ) {
            TaskUpdate update = all.next();
            all.remove();
            if (update.id().equals(acknowledged)) {
                if (update.last()) {
                    erase();
                }
                break;
            }
        }
        begin();
    }

    private void begin() {
        begun = true;
        next();
    }

    private void next() {
        TaskUpdate update = waiting.peek();
        if (!begun || busy || stopped || update == null) {
            return;
        }
        busy = true;
        Notice notice = new Notice(update.streamResponse(), update.id());
        try {
            shared.sender()
                    .send(entry.key().tenant(), entry.config().get(), notice)
                    .whenCompleteAsync((done, failure) -> ended(update, failure), shared.thread());
        } catch (RuntimeException e) {
            ended(update, e);
        }
    }

    private void ended(TaskUpdate update, Throwable failure) {
        if (stopped) {
            return;
        }
        if (failure != null) {
            failed(refusal(failure));
            return;
        }
        waiting.remove();
        if (update.last()) {
            erase();
            return;
        }
        note(PushRecord.newBuilder(entry.record())
                .setDeliveredTo(update.id())
                .setFailures(0)
                .setNextAt(0)
                .build());
        busy = false;
        next();
    }

    private void failed(RefusedException failure) {
        int failures = entry.record().getFailures() + 1;
        boolean over = PushBackoff.givesUp(failure, failures);
        long pause = PushBackoff.pause(failures, shared.random().getAsDouble());
        note(PushRecord.newBuilder(entry.record())
                .setFailures(failures)
                .setNextAt(shared.clock().millis() + pause)
                .setDead(over ? failure.refusal().name() + ": " + failure.sentence() : null)
                .build());
        if (over) {
            LOG.atWarn()
                    .addKeyValue("tenant", entry.key().tenant())
                    .addKeyValue("taskId", entry.key().taskId())
                    .addKeyValue("refusal", failure.refusal())
                    .log("a webhook is given up after " + failures + " failures");
            shared.givenUp().accept(entry, failure);
            stop();
            return;
        }
        later(this::again, pause);
    }

    private void again() {
        busy = false;
        next();
    }

    private void later(Runnable work, long millis) {
        var unused = shared.thread().schedule(work, millis, TimeUnit.MILLISECONDS);
    }

    private void note(PushRecord record) {
        if (shared.topic().current(entry.key()).isEmpty()) {
            // Deleted meanwhile: a note would bring it back.
            stop();
            return;
        }
        entry = new PushEntry(entry.key(), record, entry.config(), entry.offset());
        var unused = shared.topic().progress(entry, record).exceptionally(failure -> {
            LOG.atWarn().addKeyValue("cause", failure.getMessage()).log("a webhook's progress was not noted");
            return null;
        });
    }

    private void erase() {
        PushKey key = entry.key();
        stop();
        var unused = shared.topic()
                .delete(key.tenant(), key.taskId(), key.configId())
                .exceptionally(failure -> null);
    }

    private static RefusedException refusal(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof RefusedException refused
                ? refused
                : new RefusedException(
                        Refusal.FETCH_FAILED,
                        "the receiver could not be told (" + cause.getClass().getSimpleName() + ")");
    }
}
