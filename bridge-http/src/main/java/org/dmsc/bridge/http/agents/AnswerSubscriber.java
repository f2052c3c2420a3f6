package org.dmsc.bridge.http.agents;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.SplitHttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** Reads an agent's answer no faster than the log takes it: the next chunk is asked for when the last message is in Kafka. */
final class AnswerSubscriber implements Subscriber<HttpData> {

    private final AnswerReader reader;
    private final Listener listener;
    private final CompletableFuture<HttpHeaders> trailers;
    private @Nullable Subscription subscription;

    private AnswerSubscriber(AnswerReader reader, Listener listener, CompletableFuture<HttpHeaders> trailers) {
        this.reader = reader;
        this.listener = listener;
        this.trailers = trailers;
    }

    /** Who hears what is in the answer; {@link #ended} or {@link #failed} comes last, once. */
    interface Listener {

        /** The stage completes when the log has it; it fails when nobody wants to hear more. Throws for what is no answer. */
        CompletionStage<Void> heard(ObjectNode message);

        void ended();

        void failed(Throwable failure);
    }

    /** Begins to read. */
    static void read(AgentClient.Sent sent, Listener listener) {
        SplitHttpResponse split = sent.response().split();
        var unused = split.headers().whenComplete((headers, failure) -> {
            if (failure != null) {
                listener.failed(failure);
                return;
            }
            try {
                sent.reader().begin(headers);
            } catch (RuntimeException e) {
                split.body().abort();
                listener.failed(e);
                return;
            }
            split.body().subscribe(new AnswerSubscriber(sent.reader(), listener, split.trailers()));
        });
    }

    @Override
    public void onSubscribe(Subscription given) {
        subscription = given;
        given.request(1);
    }

    @Override
    public void onNext(HttpData chunk) {
        try {
            all(reader.read(chunk.array())).whenComplete((done, failure) -> {
                if (failure == null) {
                    asked().request(1);
                } else {
                    // The attempt is closed, so nobody listens any more.
                    asked().cancel();
                }
            });
        } catch (RuntimeException e) {
            asked().cancel();
            listener.failed(e);
        }
    }

    @Override
    public void onError(Throwable failure) {
        listener.failed(failure);
    }

    @Override
    public void onComplete() {
        var unused = trailers.whenComplete((headers, failure) -> {
            try {
                all(reader.end(failure == null ? headers : HttpHeaders.of()));
            } catch (RuntimeException e) {
                listener.failed(e);
                return;
            }
            listener.ended();
        });
    }

    private CompletionStage<Void> all(List<ObjectNode> messages) {
        CompletionStage<Void> last = CompletableFuture.completedStage(null);
        for (ObjectNode message : messages) {
            last = listener.heard(message);
        }
        return last;
    }

    private Subscription asked() {
        Subscription given = subscription;
        if (given == null) {
            throw new IllegalStateException("onNext came before onSubscribe");
        }
        return given;
    }
}
