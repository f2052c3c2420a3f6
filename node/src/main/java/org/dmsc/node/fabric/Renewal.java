package org.dmsc.node.fabric;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks again and again whether certificates that nobody asks for by themselves are due. */
final class Renewal implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Renewal.class);
    private static final Duration USUAL = Duration.ofMinutes(1);

    private final ScheduledExecutorService thread;

    Renewal() {
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread made = new Thread(task, "dmsc-renewal");
            made.setDaemon(true);
            return made;
        });
    }

    void also(String what, Runnable renew) {
        also(what, USUAL, renew);
    }

    /** For what must not wait for long, because others take up the new one late. */
    void also(String what, Duration every, Runnable renew) {
        ScheduledFuture<?> unused = thread.scheduleWithFixedDelay(
                () -> run(what, renew), every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static void run(String what, Runnable renew) {
        try {
            renew.run();
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("certificate", what).setCause(e).log("not renewed, tried again soon");
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
