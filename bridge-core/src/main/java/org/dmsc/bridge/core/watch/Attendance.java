package org.dmsc.bridge.core.watch;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Somebody who only wants to know that a task is heard of, and that it is over: has ended, waits for its caller, or is given up. Costs no view.
 * Each is told once; over without heard is both. Thread-safe.
 */
public final class Attendance {

    private final Runnable onHeard;
    private final Runnable onOver;
    private final AtomicBoolean wasHeard = new AtomicBoolean();
    private final AtomicBoolean isOver = new AtomicBoolean();

    /** Neither MAY block or throw. */
    public Attendance(Runnable onHeard, Runnable onOver) {
        this.onHeard = onHeard;
        this.onOver = onOver;
    }

    void heard() {
        if (wasHeard.compareAndSet(false, true)) {
            onHeard.run();
        }
    }

    /** False when it was over already. */
    boolean over() {
        heard();
        if (!isOver.compareAndSet(false, true)) {
            return false;
        }
        onOver.run();
        return true;
    }
}
