package org.dmsc.bridge.http;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.dmsc.bridge.core.OpenTask;
import org.dmsc.bridge.core.TaskUpdate;
import org.dmsc.bridge.core.TaskView;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.Tasks;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.TaskStateName;

/**
 * One task as server-sent events: the task first, then every update, closed after the last. Quiet streams get comments, so that proxies keep
 * them; a reader that does not read is cut before it costs memory, and the task goes on without it.
 */
final class EventStream {

    /** What may wait for a slow reader. */
    private static final int MOST_PENDING = 16 * 1024 * 1024;

    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.UTF_8);
    private static final byte[] END = "\n\n".getBytes(StandardCharsets.UTF_8);
    private static final HttpData COMMENT = HttpData.ofUtf8(": alive\n\n");

    private final OpenTask open;
    private final Framing framing;
    private final HttpResponseWriter writer = HttpResponse.streaming();
    private final AtomicLong pending = new AtomicLong();
    private final AtomicInteger quiet = new AtomicInteger();
    private volatile boolean live;

    private EventStream(OpenTask open, Framing framing, Mode mode) {
        this.open = open;
        this.framing = framing;
        this.live = mode == Mode.FROM_THE_FIRST;
    }

    private enum Mode {
        FROM_THE_FIRST,
        FROM_NOW
    }

    /** Of a task just asked for: every update from the first. */
    static HttpResponse fromTheFirst(Call call, EdgeSettings settings, OpenTask open, Framing framing) {
        return new EventStream(open, framing, Mode.FROM_THE_FIRST).start(call, settings);
    }

    /** Of a task that exists: how it stands, then what comes. */
    static HttpResponse fromNow(Call call, EdgeSettings settings, OpenTask open, Framing framing) {
        return new EventStream(open, framing, Mode.FROM_NOW).start(call, settings);
    }

    private HttpResponse start(Call call, EdgeSettings settings) {
        ServiceRequestContext context = call.context();
        context.clearRequestTimeout();
        ScheduledFuture<?> heartbeat = heartbeat(context, settings);
        var unused = writer.whenComplete().whenComplete((done, failure) -> {
            heartbeat.cancel(false);
            open.release();
        });
        writer.write(Answers.headers(
                        HttpStatus.OK, MediaType.EVENT_STREAM, call.request().headers())
                .build());
        open.settled().whenComplete((view, failure) -> {
            if (failure != null) {
                fail(failure);
            }
        });
        if (live) {
            writeTask(submitted());
            open.listen(this::update);
        } else {
            open.listen(this::update);
            // What was replayed up to here is in the view already.
            writeTask(open.view());
            live = true;
        }
        return writer;
    }

    private ScheduledFuture<?> heartbeat(ServiceRequestContext context, EdgeSettings settings) {
        long interval = settings.heartbeat().toMillis();
        long mostQuiet = Math.max(1, settings.streamIdle().toMillis() / interval);
        return context.eventLoop()
                .withoutContext()
                .scheduleAtFixedRate(
                        () -> {
                            if (quiet.incrementAndGet() > mostQuiet) {
                                writer.close();
                            } else if (!writer.tryWrite(COMMENT)) {
                                writer.close();
                            }
                        },
                        interval,
                        interval,
                        TimeUnit.MILLISECONDS);
    }

    private void update(TaskUpdate update) {
        if (!live && !update.last()) {
            return;
        }
        write(update.streamResponse(), update.offset());
        if (update.last()) {
            writer.close();
        }
    }

    private void writeTask(TaskView view) {
        write(A2aJson.bytes(Tasks.taskResponse(Tasks.task(view, OptionalInt.empty()))), -1);
    }

    /** The task as it was before its first update: the updates themselves follow, so none counts twice. */
    private TaskView submitted() {
        TaskView view = open.view();
        return new TaskView(
                view.taskId(),
                view.contextId(),
                TaskStateName.SUBMITTED,
                java.util.Optional.empty(),
                java.util.List.of(),
                view.history().isEmpty() ? java.util.List.of() : view.history().subList(0, 1),
                view.updatedAt(),
                view.assignment(),
                java.util.Optional.empty());
    }

    private void write(byte[] streamResponse, long offset) {
        byte[] data = framing.data(streamResponse);
        ByteArrayOutputStream event = new ByteArrayOutputStream(data.length + 32);
        if (offset >= 0) {
            event.writeBytes(("id: " + offset + "\n").getBytes(StandardCharsets.UTF_8));
        }
        event.writeBytes(DATA);
        event.writeBytes(data);
        event.writeBytes(END);
        send(HttpData.wrap(event.toByteArray()));
    }

    private void send(HttpData event) {
        quiet.set(0);
        int length = event.length();
        if (pending.addAndGet(length) > MOST_PENDING) {
            writer.close(new RefusedException(Refusal.OVERLOADED, "the reader of this stream does not read"));
            return;
        }
        if (writer.tryWrite(event)) {
            var unused = writer.whenConsumed().thenRun(() -> pending.addAndGet(-length));
        }
    }

    private void fail(Throwable failure) {
        Throwable cause = AuditedRefusal.unwrap(failure);
        String error = cause instanceof RefusedException refused
                ? framing.error(refused.refusal(), refused.sentence())
                : framing.error(Refusal.INTERNAL, Failures.INTERNAL);
        if (writer.tryWrite(HttpData.ofUtf8(error))) {
            writer.close();
        }
    }
}
