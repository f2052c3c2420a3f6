package org.dmsc.router.topology;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/** What the router counts since it was started. Thread-safe. */
public final class RouterCounters {

    /** Names of the counters, stable: {@code dmsc_router_<name>_total}. */
    public enum Count {
        RECORDS,
        ACCEPTED,
        ASSIGNED,
        DEFERRED,
        ENDED_BY_ROUTER,
        ATTEMPTS_CLOSED,
        ENDED,
        DUPLICATES,
        IGNORED,
        SET_ASIDE
    }

    private final Map<Count, LongAdder> counts = new EnumMap<>(Count.class);

    /** All at zero. */
    public RouterCounters() {
        for (Count count : Count.values()) {
            counts.put(count, new LongAdder());
        }
    }

    void add(Count count) {
        adder(count).increment();
    }

    /** The value of one counter. */
    public long get(Count count) {
        return adder(count).sum();
    }

    /** All by their names in lower case. */
    public Map<String, Long> all() {
        Map<String, Long> values = new TreeMap<>();
        counts.forEach((count, value) -> values.put(count.name().toLowerCase(Locale.ROOT), value.sum()));
        return values;
    }

    private LongAdder adder(Count count) {
        LongAdder adder = counts.get(count);
        if (adder == null) {
            throw new IllegalStateException("no counter " + count);
        }
        return adder;
    }
}
