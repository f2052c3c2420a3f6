package org.dmsc.router.checkpoint;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/** What the signer counts since it was started. Thread-safe. */
final class SignerCounters {

    private final LongAdder leaves = new LongAdder();
    private final LongAdder checkpoints = new LongAdder();
    private final LongAdder frozen = new LongAdder();
    private final LongAdder failures = new LongAdder();

    private final LongAdder cosigned = new LongAdder();
    private final LongAdder unwitnessed = new LongAdder();
    private final LongAdder witnessRefused = new LongAdder();

    void cosigned() {
        cosigned.increment();
    }

    void unwitnessed() {
        unwitnessed.increment();
    }

    void witnessRefused() {
        witnessRefused.increment();
    }

    void leaf() {
        leaves.increment();
    }

    void checkpoint() {
        checkpoints.increment();
    }

    void froze() {
        frozen.increment();
    }

    void failed() {
        failures.increment();
    }

    long frozen() {
        return frozen.sum();
    }

    Map<String, Long> all() {
        Map<String, Long> values = new TreeMap<>();
        values.put("leaves", leaves.sum());
        values.put("checkpoints", checkpoints.sum());
        values.put("frozen", frozen.sum());
        values.put("failures", failures.sum());
        values.put("cosignatures", cosigned.sum());
        values.put("witness_away", unwitnessed.sum());
        values.put("witness_refusals", witnessRefused.sum());
        return values;
    }
}
