package org.dmsc.registry.topology;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/** What the registry counts since it was started. Thread-safe. */
public final class RegistryCounters {

    final LongAdder reports = new LongAdder();
    final LongAdder snapshots = new LongAdder();
    final LongAdder wentDown = new LongAdder();
    final LongAdder unusable = new LongAdder();
    final LongAdder refused = new LongAdder();

    /** All at zero. */
    public RegistryCounters() {}

    /** By name. */
    public Map<String, Long> all() {
        Map<String, Long> values = new TreeMap<>();
        values.put("reports", reports.sum());
        values.put("snapshots", snapshots.sum());
        values.put("went_down", wentDown.sum());
        values.put("unusable", unusable.sum());
        values.put("refused", refused.sum());
        return values;
    }
}
