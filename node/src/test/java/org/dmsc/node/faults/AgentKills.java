package org.dmsc.node.faults;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Kills one agent at random now and then. */
final class AgentKills implements AutoCloseable {

    private static final Duration LAST_ONE = Duration.ofMinutes(3);

    private final List<MortalAgent> agents;
    private final Random random;
    private final Duration every;
    private final AtomicInteger done = new AtomicInteger();
    private final ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1);

    AgentKills(List<MortalAgent> agents, long seed, Duration every) {
        this.agents = agents;
        this.random = new Random(seed);
        this.every = every;
        clock.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    void start() {
        next();
    }

    private void next() {
        long wait = every.toMillis() / 2 + random.nextLong(Math.max(1, every.toMillis()));
        var unused = clock.schedule(
                () -> {
                    agents.get(random.nextInt(agents.size())).die();
                    done.incrementAndGet();
                    if (!clock.isShutdown()) {
                        next();
                    }
                },
                wait,
                TimeUnit.MILLISECONDS);
    }

    /** Kills no more; returns when the last one lives again. */
    void stop() {
        clock.shutdown();
        try {
            if (!clock.awaitTermination(LAST_ONE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("an agent did not come back");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    int done() {
        return done.get();
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
