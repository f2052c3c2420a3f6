package org.dmsc.bridge.http;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.http.a2a.StreamSink;
import org.dmsc.bridge.http.a2a.TaskStream;
import org.dmsc.bridge.http.connection.OpenStreams;
import org.dmsc.schemas.RefusedException;

/** A task's stream as server-sent events. Quiet ones get comments, so that proxies keep them. */
final class EventStream implements StreamSink {

    private final Framing framing;
    private final SseWriter writer;

    private EventStream(Framing framing, SseWriter writer) {
        this.framing = framing;
        this.writer = writer;
    }

    /** The stream as a response, begun. */
    static HttpResponse of(Call call, EdgeSettings settings, TaskStream stream, Framing framing) {
        SseWriter writer = new SseWriter(
                Answers.headers(HttpStatus.OK, MediaType.EVENT_STREAM).build());
        OpenStreams.opened(call.context(), writer::end);
        stream.into(
                new EventStream(framing, writer),
                new TaskStream.Pace(
                        call.context().eventLoop().withoutContext(), settings.heartbeat(), settings.streamIdle()));
        return writer.response();
    }

    @Override
    public void send(byte[] streamResponse, String id) {
        writer.event("", id, framing.data(streamResponse));
    }

    @Override
    public void alive() {
        writer.alive();
    }

    @Override
    public void end() {
        writer.end();
    }

    @Override
    public void fail(RefusedException why) {
        writer.last(framing.error(why.refusal(), why.sentence()));
    }

    @Override
    public CompletionStage<?> over() {
        return writer.over();
    }
}
