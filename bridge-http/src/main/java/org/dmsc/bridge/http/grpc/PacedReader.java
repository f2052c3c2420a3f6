package org.dmsc.bridge.http.grpc;

import com.google.protobuf.MessageLite;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.core.a2a.ErrorProfile;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/** Messages to one gRPC client, no faster than it reads: what a slow one has not taken waits here, up to a bound. Thread-safe, never blocks. */
final class PacedReader<M extends MessageLite> {

    /** What may wait for a slow reader. */
    private static final int MOST_PENDING = 16 * 1024 * 1024;

    private final ServerCallStreamObserver<M> reader;
    private final ErrorProfile profile;
    private final Queue<M> waiting = new ArrayDeque<>();
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private long pending;
    private boolean ending;

    PacedReader(ServerCallStreamObserver<M> reader, ErrorProfile profile) {
        this.reader = reader;
        this.profile = profile;
    }

    /** Begins to listen to the reader; MUST be called before the call's method returns. */
    PacedReader<M> attached() {
        reader.setOnReadyHandler(this::flush);
        reader.setOnCancelHandler(() -> over.complete(null));
        return this;
    }

    void send(M message) {
        synchronized (this) {
            waiting.add(message);
            pending += message.getSerializedSize();
        }
        flush();
    }

    /** Nothing follows what waits. */
    void end() {
        synchronized (this) {
            ending = true;
        }
        flush();
    }

    /** Nothing follows, and why; what waits is dropped. */
    synchronized void fail(RefusedException why) {
        if (over.complete(null) && !reader.isCancelled()) {
            waiting.clear();
            StatusRuntimeException status = GrpcErrors.exception(why, profile);
            reader.onError(status);
        }
    }

    /** Completes when the call is over, whoever ended it. */
    CompletionStage<?> over() {
        return over;
    }

    private synchronized void flush() {
        if (over.isDone()) {
            return;
        }
        while (!waiting.isEmpty() && reader.isReady()) {
            M next = waiting.remove();
            pending -= next.getSerializedSize();
            reader.onNext(next);
        }
        if (pending > MOST_PENDING) {
            fail(new RefusedException(Refusal.OVERLOADED, "the reader of this stream does not read"));
        } else if (ending && waiting.isEmpty() && over.complete(null)) {
            reader.onCompleted();
        }
    }
}
