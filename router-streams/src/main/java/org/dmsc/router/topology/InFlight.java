package org.dmsc.router.topology;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.dmsc.schemas.AgentRef;

/**
 * Open attempts per agent as this process knows them, so that a burst inside the registry's 50 ms does not herd to one agent. Each lane's
 * processor has its share and takes it back when the lane moves. Thread-safe; a share belongs to one thread.
 */
public final class InFlight {

    private final int lanes;
    private final Map<AgentRef, Integer> counts = new ConcurrentHashMap<>();
    private final AtomicInteger shares = new AtomicInteger();
    private final AtomicLong freed = new AtomicLong();

    /** Of a fabric with so many lanes. */
    public InFlight(int lanes) {
        this.lanes = lanes;
    }

    /**
     * Open attempts of an agent. A process that decides for all lanes knows them exactly; any other takes the registry's number when it is
     * higher, which comes late but covers everybody.
     */
    int of(AgentRef agent, int registry) {
        int own = counts.getOrDefault(agent, 0);
        return shares.get() >= lanes ? own : Math.max(own, registry);
    }

    /** Grows whenever a place may have fallen free. */
    long freed() {
        return freed.get();
    }

    /** Something else happened that tasks may have waited for. */
    public void touched() {
        freed.incrementAndGet();
    }

    /** A lane's share; it is taken back by closing it. */
    public Share share() {
        shares.incrementAndGet();
        return new Share();
    }

    /** What one lane adds. */
    public final class Share implements AutoCloseable {
        private final Map<AgentRef, Integer> own = new HashMap<>();

        private Share() {}

        /** An attempt was opened. */
        public void opened(AgentRef agent) {
            own.merge(agent, 1, Integer::sum);
            counts.merge(agent, 1, Integer::sum);
        }

        /** One was closed. */
        public void closed(AgentRef agent) {
            if (own.containsKey(agent)) {
                own.computeIfPresent(agent, (key, count) -> count > 1 ? count - 1 : null);
                remove(agent, 1);
            }
            freed.incrementAndGet();
        }

        @Override
        public void close() {
            own.forEach((agent, count) -> remove(agent, count));
            own.clear();
            shares.decrementAndGet();
        }

        private void remove(AgentRef agent, int count) {
            counts.computeIfPresent(agent, (key, all) -> all > count ? all - count : null);
        }
    }
}
