package org.dmsc.tenant.quota;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Something of a limited number that is held until it is closed. Closing twice is closing once. Thread-safe. */
public final class Holding implements AutoCloseable {

    /** Holds nothing. */
    public static final Holding NONE = new Holding(new AtomicLong(), 0);

    private final AtomicLong count;
    private final long many;
    private final AtomicBoolean over = new AtomicBoolean();

    Holding(AtomicLong count, long many) {
        this.count = count;
        this.many = many;
    }

    @Override
    public void close() {
        if (over.compareAndSet(false, true)) {
            count.addAndGet(-many);
        }
    }
}
