package org.dmsc.node.demo;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The end of the demo, however it comes: no process is left, and no folder, unless its logs are wanted. */
final class Curtain {

    /** Ctrl-C reaches the agents as early as us: an agent's end may be seen before our own is known. */
    private static final long SIGNALS_DIFFER_MS = 500;

    private final Launcher launcher;
    private final Workspace workspace;
    private final CountDownLatch interrupted = new CountDownLatch(1);
    private final Thread hook = new Thread(this::onInterrupt, "demo-end");
    private volatile boolean logsAreWanted;

    Curtain(Launcher launcher, Workspace workspace) {
        this.launcher = launcher;
        this.workspace = workspace;
    }

    /** From now on the end of this process is the end of all. */
    Curtain hang() {
        Runtime.getRuntime().addShutdownHook(hook);
        return this;
    }

    /** A step has failed: what was left behind is worth more than a tidy disk. */
    void keepLogs() {
        logsAreWanted = true;
    }

    /** Whether somebody stopped the demo; asked after a failure, which may just be that. */
    boolean wasInterrupted() throws InterruptedException {
        return interrupted.await(SIGNALS_DIFFER_MS, TimeUnit.MILLISECONDS);
    }

    /** Returns only when somebody stops the demo, which is never: the process ends first. */
    void awaitInterrupt() throws InterruptedException {
        interrupted.await();
        hook.join();
    }

    /** The ordinary end. */
    void fall() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // Ctrl-C in this very moment: the hook does the same.
            return;
        }
        strike();
    }

    private void onInterrupt() {
        interrupted.countDown();
        strike();
    }

    private void strike() {
        launcher.endAll();
        if (!logsAreWanted) {
            workspace.remove();
        }
    }
}
