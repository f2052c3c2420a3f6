package org.dmsc.bridge.mqtt.broker;

import com.hivemq.extension.sdk.api.async.Async;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.dmsc.schemas.AgentRef;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Acknowledgements of all connections that wait for Kafka. What was not stored, or not within three minutes, is never acknowledged: its
 * connection ends. One look at all of them now and then, since a timer for each costs as much as sealing its record. Thread-safe.
 */
final class HeldAcks {

    private static final Logger LOG = LoggerFactory.getLogger(HeldAcks.class);

    /** Longer than the delivery timeout of a Kafka producer (two minutes), shorter than HiveMQ holds an acknowledgement. */
    static final Duration STORED_WITHIN = Duration.ofMinutes(3);

    private final LongSupplier nanos;
    private final Set<Held> open = ConcurrentHashMap.newKeySet();

    /** By that clock, as {@link System#nanoTime()}. */
    HeldAcks(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** One of them; each is itself. */
    private static final class Held {
        private final AgentRef agent;
        private final Async<?> async;
        private final Supplier<CompletableFuture<Boolean>> hangUp;
        private final long since;

        Held(AgentRef agent, Async<?> async, Supplier<CompletableFuture<Boolean>> hangUp, long since) {
            this.agent = agent;
            this.async = async;
            this.hangUp = hangUp;
            this.since = since;
        }
    }

    /** Lets an acknowledgement go when that is stored; hangs up when it is not. */
    void hold(AgentRef agent, CompletionStage<?> stored, Async<?> async, Supplier<CompletableFuture<Boolean>> hangUp) {
        Held held = new Held(agent, async, hangUp, nanos.getAsLong());
        open.add(held);
        CompletionStage<?> unused = stored.whenComplete((done, fault) -> {
            if (!open.remove(held)) {
                return;
            }
            if (fault == null) {
                async.resume();
            } else {
                hangUp(held);
            }
        });
    }

    /** Gives up what waits for too long. */
    void sweep() {
        long now = nanos.getAsLong();
        open.forEach(held -> {
            if (now - held.since >= STORED_WITHIN.toNanos() && open.remove(held)) {
                hangUp(held);
            }
        });
    }

    /** An acknowledgement cannot be turned from yes to no here (HiveMQ throws). */
    private static void hangUp(Held held) {
        LOG.atWarn().addKeyValue("agent", held.agent).log("mqtt publish was not stored; its connection is closed");
        CompletionStage<?> unused = held.hangUp.get().whenComplete((closed, failed) -> held.async.resume());
    }
}
