package org.dmsc.bridge.http.agents;

import com.linecorp.armeria.common.HttpData;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.CompletableFuture;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** Reads a whole answer, and no more than a whole answer may be. */
final class BodyCollector implements Subscriber<HttpData> {

    private final int most;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final CompletableFuture<byte[]> done = new CompletableFuture<>();
    private @Nullable Subscription subscription;

    BodyCollector(int most) {
        this.most = most;
    }

    /** The answer, once it is complete. */
    CompletableFuture<byte[]> done() {
        return done;
    }

    @Override
    public void onSubscribe(Subscription given) {
        subscription = given;
        given.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(HttpData data) {
        if (body.size() + data.length() <= most) {
            body.writeBytes(data.array());
            return;
        }
        done.completeExceptionally(new RefusedException(
                Refusal.INVALID_AGENT_RESPONSE, "answer: is too large (expected at most " + most + " bytes)"));
        if (subscription != null) {
            subscription.cancel();
        }
    }

    @Override
    public void onError(Throwable failure) {
        done.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        done.complete(body.toByteArray());
    }
}
