package org.dmsc.bench;

import java.util.concurrent.CompletionStage;

/** One thing to do again and again, whose end can be observed. Implementations are thread-safe and MUST NOT block the caller. */
interface Workload extends AutoCloseable {

    /** A short name for the report. */
    String name();

    /** Does it once; completes when the last byte of the answer is here, exceptionally when it failed. */
    CompletionStage<Void> once();

    @Override
    void close();
}
