package org.dmsc.router.learn;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/** What the learner counts since it was started. Thread-safe. */
final class LearnerCounters {

    private final LongAdder learnt = new LongAdder();
    private final LongAdder skipped = new LongAdder();
    private final LongAdder forgotten = new LongAdder();

    void learnt() {
        learnt.increment();
    }

    void skipped() {
        skipped.increment();
    }

    void forgotten() {
        forgotten.increment();
    }

    Map<String, Long> all() {
        Map<String, Long> values = new TreeMap<>();
        values.put("learnt", learnt.sum());
        values.put("skipped", skipped.sum());
        values.put("tenants_forgotten", forgotten.sum());
        return values;
    }
}
