package org.dmsc.bridge.http;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.dmsc.bridge.http.a2a.StreamSink;
import org.dmsc.bridge.http.a2a.TaskStream;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * A stream as server-sent events. Quiet ones get comments, so that proxies keep them; a reader that does not read is cut before it costs
 * memory, and neither the task nor other readers wait for it.
 */
final class EventStream implements StreamSink {

    /** What may wait for a slow reader. */
    private static final int MOST_PENDING = 16 * 1024 * 1024;

    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.UTF_8);
    private static final byte[] END = "\n\n".getBytes(StandardCharsets.UTF_8);
    private static final HttpData COMMENT = HttpData.ofUtf8(": alive\n\n");

    private final Framing framing;
    private final HttpResponseWriter writer = HttpResponse.streaming();
    private final AtomicLong pending = new AtomicLong();

    private EventStream(Framing framing) {
        this.framing = framing;
    }

    /** The stream as a response, begun. */
    static HttpResponse of(Call call, EdgeSettings settings, TaskStream stream, Framing framing) {
        EventStream events = new EventStream(framing);
        events.writer.write(Answers.headers(
                        HttpStatus.OK, MediaType.EVENT_STREAM, call.request().headers())
                .build());
        stream.into(
                events,
                new TaskStream.Pace(
                        call.context().eventLoop().withoutContext(), settings.heartbeat(), settings.streamIdle()));
        return events.writer;
    }

    @Override
    public void send(byte[] streamResponse, String id) {
        byte[] data = framing.data(streamResponse);
        ByteArrayOutputStream event = new ByteArrayOutputStream(data.length + 64);
        if (!id.isEmpty()) {
            event.writeBytes(("id: " + id + "\n").getBytes(StandardCharsets.UTF_8));
        }
        event.writeBytes(DATA);
        event.writeBytes(data);
        event.writeBytes(END);
        write(HttpData.wrap(event.toByteArray()));
    }

    @Override
    public void alive() {
        if (!writer.tryWrite(COMMENT)) {
            writer.close();
        }
    }

    @Override
    public void end() {
        writer.close();
    }

    @Override
    public void fail(RefusedException why) {
        if (writer.tryWrite(HttpData.ofUtf8(framing.error(why.refusal(), why.sentence())))) {
            writer.close();
        }
    }

    @Override
    public CompletionStage<?> over() {
        return writer.whenComplete();
    }

    private void write(HttpData event) {
        int length = event.length();
        if (pending.addAndGet(length) > MOST_PENDING) {
            writer.close(new RefusedException(Refusal.OVERLOADED, "the reader of this stream does not read"));
            return;
        }
        if (writer.tryWrite(event)) {
            var unused = writer.whenConsumed().thenRun(() -> pending.addAndGet(-length));
        }
    }
}
