package org.dmsc.bridge.mqtt.broker;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What all connections of this process together wait for Kafka to store, in bytes of memory as far as they can be told. Above a budget each
 * connection has one message on its way, and what its client sends beyond that waits in the client (see {@link ReadWindow}): an outage of
 * Kafka costs devices time, not the gateway its memory. Thread-safe.
 */
final class Backpressure {

    /** Of the largest heap. */
    private static final int SHARE = 16;

    /** What a message costs beside its payload while it waits: its record, its stages, and what the broker keeps for its acknowledgement. */
    static final int OVERHEAD_BYTES = 2_048;

    private final long budget;
    private final AtomicLong held = new AtomicLong();

    /** @param budget in bytes */
    Backpressure(long budget) {
        this.budget = budget;
    }

    /** A sixteenth of the heap that this JVM may have. */
    static Backpressure ofThisProcess() {
        return new Backpressure(Runtime.getRuntime().maxMemory() / SHARE);
    }

    static long cost(int payloadBytes) {
        return payloadBytes + (long) OVERHEAD_BYTES;
    }

    void take(long cost) {
        held.addAndGet(cost);
    }

    void release(long cost) {
        held.addAndGet(-cost);
    }

    boolean isSpent() {
        return held.get() >= budget;
    }

    /** In bytes. */
    long held() {
        return held.get();
    }
}
