package org.dmsc.node.query;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/** How a gateway found what was asked for, counted since the start. Thread-safe. */
public final class QueryCounters {

    private final LongAdder store = new LongAdder();
    private final LongAdder remote = new LongAdder();
    private final LongAdder log = new LongAdder();
    private final LongAdder failures = new LongAdder();

    /** A task or a list came from stores of routers. */
    public void fromStore() {
        store.increment();
    }

    /** A router in another process answered. */
    void remote() {
        remote.increment();
    }

    /** The log was read, because no store could be asked in time. */
    public void fromLog() {
        log.increment();
    }

    /** A router in another process did not answer, or refused. */
    void failed() {
        failures.increment();
    }

    /** By name: {@code store, remote, log, failures}. */
    public Map<String, Long> all() {
        Map<String, Long> values = new TreeMap<>();
        values.put("store", store.sum());
        values.put("remote", remote.sum());
        values.put("log", log.sum());
        values.put("failures", failures.sum());
        return values;
    }
}
