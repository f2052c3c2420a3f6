package org.dmsc.bridge.mqtt.broker;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.extension.sdk.api.async.Async;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.dmsc.schemas.AgentRef;
import org.junit.jupiter.api.Test;

final class HeldAcksTest {

    private final AtomicLong nanos = new AtomicLong();
    private final HeldAcks acks = new HeldAcks(nanos::get);
    private final AtomicInteger resumed = new AtomicInteger();
    private final AtomicInteger hungUp = new AtomicInteger();
    private final CompletableFuture<Boolean> closed = new CompletableFuture<>();

    private final Async<Object> async = new Async<>() {
        @Override
        public void resume() {
            resumed.incrementAndGet();
        }

        @Override
        public Object getOutput() {
            return this;
        }

        @Override
        public Status getStatus() {
            return Status.RUNNING;
        }
    };

    private CompletableFuture<Void> held() {
        CompletableFuture<Void> stored = new CompletableFuture<>();
        acks.hold(AgentRef.of("acme", "press"), stored, async, () -> {
            hungUp.incrementAndGet();
            return closed;
        });
        return stored;
    }

    @Test
    void goesWhenItIsStored() {
        CompletableFuture<Void> stored = held();
        assertThat(resumed).hasValue(0);

        stored.complete(null);
        nanos.addAndGet(HeldAcks.STORED_WITHIN.toNanos());
        acks.sweep();

        assertThat(resumed).hasValue(1);
        assertThat(hungUp).hasValue(0);
    }

    @Test
    void hangsUpFirstWhenItCannotBeStored() {
        held().completeExceptionally(new IllegalStateException("no Kafka"));

        assertThat(hungUp).hasValue(1);
        assertThat(resumed).hasValue(0);

        closed.complete(true);
        assertThat(resumed).hasValue(1);
    }

    @Test
    void hangsUpOnceWhatIsNotStoredInTimeHoweverItEnds() {
        CompletableFuture<Void> stored = held();
        nanos.addAndGet(HeldAcks.STORED_WITHIN.toNanos() - 1);
        acks.sweep();
        assertThat(hungUp).hasValue(0);

        nanos.incrementAndGet();
        acks.sweep();
        stored.complete(null);
        acks.sweep();

        assertThat(hungUp).hasValue(1);
        closed.complete(true);
        assertThat(resumed).hasValue(1);
    }
}
