package org.dmsc.bridge.http.grpc;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.lf.a2a.v1.StreamResponse;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.ErrorProfile;
import org.dmsc.bridge.http.a2a.ServiceParameters;
import org.dmsc.bridge.http.a2a.StreamSink;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * A stream as gRPC messages, no faster than they are read: what a slow reader has not taken waits here, up to a bound. The ids of events are
 * in the metadata of each message, for callers who asked for the extension: gRPC has no other place for them.
 */
final class GrpcSink implements StreamSink {

    /** What may wait for a slow reader. */
    private static final int MOST_PENDING = 16 * 1024 * 1024;

    private final ServerCallStreamObserver<StreamResponse> reader;
    private final ErrorProfile profile;
    private final Naming naming;
    private final Queue<StreamResponse> waiting = new ArrayDeque<>();
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private long pending;
    private boolean ending;

    /** Whether events carry their ids. */
    enum Naming {
        NAMED,
        BARE
    }

    GrpcSink(ServerCallStreamObserver<StreamResponse> reader, ErrorProfile profile, Naming naming) {
        this.reader = reader;
        this.profile = profile;
        this.naming = naming;
    }

    /** Begins to listen to the reader; MUST be called before the call's method returns. */
    GrpcSink attached() {
        reader.setOnReadyHandler(this::flush);
        reader.setOnCancelHandler(() -> over.complete(null));
        return this;
    }

    @Override
    public void send(byte[] streamResponse, String id) {
        StreamResponse response;
        try {
            response = ProtoJson.message(
                    naming == Naming.NAMED ? named(streamResponse, id) : streamResponse,
                    StreamResponse.getDefaultInstance());
        } catch (RefusedException e) {
            fail(e);
            return;
        }
        synchronized (this) {
            waiting.add(response);
            pending += response.getSerializedSize();
        }
        flush();
    }

    /** HTTP/2 has pings of its own. */
    @Override
    public void alive() {}

    @Override
    public void end() {
        synchronized (this) {
            ending = true;
        }
        flush();
    }

    @Override
    public synchronized void fail(RefusedException why) {
        if (over.complete(null) && !reader.isCancelled()) {
            waiting.clear();
            reader.onError(GrpcErrors.exception(why, profile));
        }
    }

    @Override
    public CompletionStage<?> over() {
        return over;
    }

    private synchronized void flush() {
        if (over.isDone()) {
            return;
        }
        while (!waiting.isEmpty() && reader.isReady()) {
            StreamResponse next = waiting.remove();
            pending -= next.getSerializedSize();
            reader.onNext(next);
        }
        if (pending > MOST_PENDING) {
            fail(new RefusedException(Refusal.OVERLOADED, "the reader of this stream does not read"));
        } else if (ending && waiting.isEmpty() && over.complete(null)) {
            reader.onCompleted();
        }
    }

    private static byte[] named(byte[] streamResponse, String id) {
        ObjectNode response = A2aJson.parse(streamResponse);
        response.forEach(content -> {
            if (content instanceof ObjectNode object && !id.isEmpty()) {
                ObjectNode metadata =
                        object.get("metadata") instanceof ObjectNode present ? present : object.putObject("metadata");
                metadata.putObject(ServiceParameters.RESUME_EXTENSION).put("eventId", id);
            }
        });
        return A2aJson.bytes(response);
    }
}
