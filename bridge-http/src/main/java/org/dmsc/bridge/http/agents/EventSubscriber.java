package org.dmsc.bridge.http.agents;

import com.linecorp.armeria.common.HttpData;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** Reads an agent's event stream no faster than the log takes it: the next chunk is asked for when the last event is in Kafka. */
final class EventSubscriber implements Subscriber<HttpData> {

    private final AgentCall call;
    private final SseReader reader;
    private @Nullable Subscription subscription;

    EventSubscriber(AgentCall call, int mostBytes) {
        this.call = call;
        this.reader = new SseReader(mostBytes);
    }

    @Override
    public void onSubscribe(Subscription given) {
        subscription = given;
        given.request(1);
    }

    @Override
    public void onNext(HttpData chunk) {
        try {
            events(reader.read(chunk.array())).whenComplete((done, failure) -> {
                if (failure == null) {
                    asked().request(1);
                } else {
                    // The attempt is closed, so nobody listens any more.
                    asked().cancel();
                }
            });
        } catch (RuntimeException e) {
            asked().cancel();
            call.failed(e);
        }
    }

    @Override
    public void onError(Throwable failure) {
        call.failed(failure);
    }

    @Override
    public void onComplete() {
        call.ended();
    }

    private CompletionStage<Void> events(List<byte[]> events) {
        CompletionStage<Void> last = CompletableFuture.completedStage(null);
        for (byte[] event : events) {
            last = call.event(event);
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
