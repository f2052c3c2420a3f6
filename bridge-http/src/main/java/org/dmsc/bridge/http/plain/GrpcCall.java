package org.dmsc.bridge.http.plain;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpObject;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.ResponseHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.core.AttemptSink;
import org.dmsc.bridge.core.Certainty;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.AgentReplies;
import org.dmsc.bridge.core.a2a.AgentReply;
import org.dmsc.bridge.http.fetch.WebFetcher;
import org.dmsc.bridge.http.grpc.GrpcFrames;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call of a gRPC service under way: what it answers becomes updates of its task as it comes, no faster than the log takes them. Read on one
 * thread; {@link #stop} from any.
 *
 * <pre>
 *   asked ──headers──▶ answering ──message──▶ answering      the next piece is asked for when the last message is in Kafka
 *                          │ status            told: COMPLETED, FAILED ...
 *                          │ too much, or no message of this method     told: INVALID_AGENT_RESPONSE; the call is cancelled
 *                          │ {@link #stop}, or nobody listens any more    the call is cancelled
 *                          └ cut               whoever called tells
 * </pre>
 */
final class GrpcCall implements WebFetcher.StreamListener {

    private static final Logger LOG = LoggerFactory.getLogger(GrpcCall.class);

    /** A stream may have as many bytes as so many answers of the largest size, as that of an A2A agent. */
    private static final int LARGEST_MESSAGES = 32;

    private final PlainCall call;
    private final String taskId;
    private final GrpcMethod method;
    private final AttemptSink sink;
    private final AgentReplies replies;
    private final StreamedAnswer streamed;
    private final GrpcFrames frames;
    private final long most;
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private @Nullable Subscription subscription;
    private ResponseHeaders headers = ResponseHeaders.of(HttpStatus.UNKNOWN);
    private HttpHeaders trailers = HttpHeaders.of();
    private Optional<byte[]> only = Optional.empty();
    private long bytes;

    /**
     * @param call of a gRPC method
     * @param replies of the delivery's task
     * @param most largest message, in bytes
     */
    GrpcCall(PlainCall call, String taskId, AttemptSink sink, AgentReplies replies, int most) {
        this.call = call;
        this.taskId = taskId;
        this.method = call.grpc().orElseThrow();
        this.sink = sink;
        this.replies = replies;
        this.streamed = new StreamedAnswer(call, taskId);
        this.frames = new GrpcFrames(most);
        this.most = (long) most * LARGEST_MESSAGES;
    }

    @Override
    public CompletionStage<Void> over() {
        return over;
    }

    /** Cancels the call, wherever it is: the service hears of it, and nothing it says counts any more. */
    void stop() {
        over.complete(null);
        Optional.ofNullable(given()).ifPresent(Subscription::cancel);
    }

    private synchronized @Nullable Subscription given() {
        return subscription;
    }

    @Override
    public void onSubscribe(Subscription given) {
        synchronized (this) {
            subscription = given;
        }
        if (over.isDone()) {
            given.cancel();
        } else {
            given.request(1);
        }
    }

    @Override
    public void onNext(HttpObject piece) {
        guarded(() -> heard(piece).whenComplete((logged, closed) -> {
            if (closed == null) {
                Optional.ofNullable(given()).ifPresent(asked -> asked.request(1));
            } else {
                // The attempt is closed, so nobody listens any more.
                stop();
            }
        }));
    }

    private CompletionStage<Void> heard(HttpObject piece) {
        CompletionStage<Void> logged = CompletableFuture.completedStage(null);
        if (over.isDone()) {
            return logged;
        }
        if (piece instanceof ResponseHeaders head) {
            headers = head;
        } else if (piece instanceof HttpHeaders rest) {
            trailers = rest;
        } else if (piece instanceof HttpData data && headers.status().equals(HttpStatus.OK)) {
            bytes += data.length();
            if (bytes > most) {
                throw PlainAnswer.invalid("is too large (expected at most " + most + " bytes in all)");
            }
            for (byte[] message : frames.read(data.array())) {
                logged = said(message);
            }
        }
        return logged;
    }

    private CompletionStage<Void> said(byte[] message) {
        if (method.streams()) {
            return streamed.message(method.json(message))
                    .map(response -> told(replies.read(response)))
                    .orElseGet(() -> CompletableFuture.completedStage(null));
        }
        if (only.isPresent()) {
            throw PlainAnswer.invalid("has a second message (expected one, as the descriptors say)");
        }
        only = Optional.of(message);
        return CompletableFuture.completedStage(null);
    }

    @Override
    public void onComplete() {
        guarded(() -> {
            if (!over.isDone()) {
                end();
                over.complete(null);
            }
        });
    }

    private void end() {
        GrpcStatus status = GrpcStatus.of(headers, trailers);
        if (!headers.status().equals(HttpStatus.OK)) {
            int http = headers.status().code();
            byte[] words = ("the service answered HTTP " + http).getBytes(StandardCharsets.UTF_8);
            tell(PlainAnswer.of(call, taskId, http, "text/plain", words));
        } else if (status.isOk() && frames.isInMessage()) {
            throw PlainAnswer.invalid("ends in a message");
        } else if (method.streams()) {
            streamed.closing(status).ifPresent(closing -> told(replies.read(closing)));
            tell(streamed.ended(status));
        } else if (status.isOk()) {
            byte[] message = only.orElseThrow(() -> PlainAnswer.invalid("is no single, plain message"));
            tell(PlainAnswer.of(call, taskId, status.http(), "application/json", method.json(message)));
        } else {
            tell(PlainAnswer.ofGrpc(call, taskId, status));
        }
    }

    private void tell(PlainAnswer answer) {
        if (answer instanceof PlainAnswer.Says says) {
            told(replies.read(A2aJson.object().set("task", says.task())));
        } else if (answer instanceof PlainAnswer.Fails fails) {
            sink.failed(fails.refusal(), fails.reason(), fails.certainty()).exceptionally(late -> null);
        } else {
            throw new IllegalStateException("unknown answer: " + answer);
        }
    }

    /** Completes when the last of it is in Kafka; exceptionally when nobody listens any more. */
    private CompletionStage<Void> told(List<AgentReply> said) {
        CompletionStage<Void> last = CompletableFuture.completedStage(null);
        for (AgentReply reply : said) {
            last = sink.update(reply.state(), reply.bytes());
        }
        return last;
    }

    @Override
    public void onError(Throwable failure) {
        over.completeExceptionally(failure);
    }

    /** An answer that cannot be read ends the attempt, not the connection. */
    private void guarded(Runnable reading) {
        try {
            reading.run();
        } catch (RefusedException e) {
            refused(e.refusal(), e.sentence());
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("an answer could not be read");
            refused(Refusal.INTERNAL, "its answer could not be read");
        }
    }

    private void refused(Refusal refusal, String reason) {
        if (!over.isDone()) {
            sink.failed(refusal, reason, Certainty.UNCERTAIN).exceptionally(late -> null);
        }
        stop();
    }
}
