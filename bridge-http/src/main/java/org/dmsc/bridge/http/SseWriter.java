package org.dmsc.bridge.http;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.ResponseHeaders;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * Writes server-sent events. A reader that does not read is cut before it costs memory: nobody else waits for it. Thread-safe; the order of
 * events is the order of the calls.
 */
final class SseWriter {

    /** What may wait for a slow reader. */
    private static final int MOST_PENDING = 16 * 1024 * 1024;

    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.UTF_8);
    private static final byte[] END = "\n\n".getBytes(StandardCharsets.UTF_8);
    private static final HttpData COMMENT = HttpData.ofUtf8(": alive\n\n");

    private final HttpResponseWriter writer = HttpResponse.streaming();
    private final AtomicLong pending = new AtomicLong();

    SseWriter(ResponseHeaders headers) {
        writer.write(headers);
    }

    HttpResponse response() {
        return writer;
    }

    /**
     * One event.
     *
     * @param name empty for none
     * @param id empty for none
     * @param data without line breaks
     */
    void event(String name, String id, byte[] data) {
        ByteArrayOutputStream event = new ByteArrayOutputStream(data.length + 64);
        field(event, "event", name);
        field(event, "id", id);
        event.writeBytes(DATA);
        event.writeBytes(data);
        event.writeBytes(END);
        write(HttpData.wrap(event.toByteArray()));
    }

    private static void field(ByteArrayOutputStream event, String name, String value) {
        if (!value.isEmpty()) {
            event.writeBytes((name + ": " + value + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    /** A sign of life, so that proxies keep a quiet stream. */
    void alive() {
        if (!writer.tryWrite(COMMENT)) {
            writer.close();
        }
    }

    /** The last words, as they are. */
    void last(String text) {
        if (writer.tryWrite(HttpData.ofUtf8(text))) {
            writer.close();
        }
    }

    void end() {
        writer.close();
    }

    /** Completes when the stream is over, whoever ended it. */
    CompletionStage<?> over() {
        return writer.whenComplete();
    }

    private void write(HttpData event) {
        int length = event.length();
        if (pending.addAndGet(length) > MOST_PENDING) {
            // Closing would wait until what is pending was read.
            writer.abort(new RefusedException(Refusal.OVERLOADED, "the reader of this stream does not read"));
            return;
        }
        if (writer.tryWrite(event)) {
            var unused = writer.whenConsumed().thenRun(() -> pending.addAndGet(-length));
        }
    }
}
