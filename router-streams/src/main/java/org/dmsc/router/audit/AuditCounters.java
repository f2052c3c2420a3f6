package org.dmsc.router.audit;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/** What the sequencer counts since it was started. Thread-safe. */
final class AuditCounters {

    private final LongAdder sequenced = new LongAdder();
    private final LongAdder repeated = new LongAdder();
    private final LongAdder skipped = new LongAdder();

    void sequenced() {
        sequenced.increment();
    }

    void repeated() {
        repeated.increment();
    }

    void skipped() {
        skipped.increment();
    }

    Map<String, Long> all() {
        Map<String, Long> values = new TreeMap<>();
        values.put("sequenced", sequenced.sum());
        values.put("repeated", repeated.sum());
        values.put("skipped", skipped.sum());
        return values;
    }
}
