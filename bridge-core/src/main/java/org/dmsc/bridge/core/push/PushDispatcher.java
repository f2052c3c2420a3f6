package org.dmsc.bridge.core.push;

import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BiConsumer;
import java.util.function.DoubleSupplier;
import org.dmsc.bridge.core.PushSender;
import org.dmsc.bridge.core.TaskQueries;
import org.dmsc.bridge.core.watch.TaskWatches;
import org.dmsc.schemas.Lanes;
import org.dmsc.schemas.RefusedException;

/**
 * Tells receivers of the updates of tasks whose lane is owned here: at least once, in order per task and receiver. What was acknowledged is
 * in the topic, so the next owner of a lane goes on where this one stopped. One thread, which never waits.
 */
public final class PushDispatcher implements AutoCloseable {

    static final long LOOK_AGAIN_MS = 1000;

    private final Shared shared;
    private final int lanes;
    private final Map<PushKey, PushRun> runs = new HashMap<>();
    private Set<Integer> owned = Set.of();

    /** What runs have in common. */
    record Shared(
            PushTopic topic,
            TaskFollower follower,
            PushSender sender,
            BiConsumer<PushEntry, RefusedException> givenUp,
            ScheduledExecutorService thread,
            DoubleSupplier random,
            Clock clock) {}

    /**
     * What telling needs.
     *
     * @param lanes of the fabric
     * @param givenUp hears of receivers that are not tried any more
     */
    public record Parts(
            PushTopic topic,
            TaskQueries queries,
            TaskWatches watches,
            PushSender sender,
            BiConsumer<PushEntry, RefusedException> givenUp,
            DoubleSupplier random,
            int lanes,
            Clock clock) {}

    public PushDispatcher(Parts parts) {
        this.lanes = parts.lanes();
        this.shared = new Shared(
                parts.topic(),
                new TaskFollower(parts.queries(), parts.watches()),
                parts.sender(),
                parts.givenUp(),
                Executors.newSingleThreadScheduledExecutor(task -> {
                    Thread thread = new Thread(task, "dmsc-push");
                    thread.setDaemon(true);
                    return thread;
                }),
                parts.random(),
                parts.clock());
    }

    /** Begins to listen to the topic. */
    public void start() {
        shared.topic().onChange((key, entry) -> execute(() -> heard(key, entry)));
    }

    /** The lanes that are owned here from now on. Any thread. */
    public void own(Set<Integer> newLanes) {
        Set<Integer> copy = Set.copyOf(newLanes);
        execute(() -> {
            owned = copy;
            runs.entrySet().removeIf(run -> {
                boolean lost = !isOwned(run.getKey());
                if (lost) {
                    run.getValue().stop();
                }
                return lost;
            });
            shared.topic().all().forEach(entry -> heard(entry.key(), Optional.of(entry)));
        });
    }

    /** A note of progress changes nothing here; anything else ends what ran and maybe begins anew. */
    private void heard(PushKey key, Optional<PushEntry> entry) {
        Optional<PushEntry> wanted =
                entry.filter(one -> isOwned(key) && one.record().getDead() == null);
        PushRun running = runs.get(key);
        if (running != null && wanted.filter(running::isOf).isPresent()) {
            return;
        }
        if (running != null) {
            running.stop();
            runs.remove(key);
        }
        wanted.ifPresent(one -> {
            PushRun run = new PushRun(shared, one);
            runs.put(key, run);
            run.start();
        });
    }

    private boolean isOwned(PushKey key) {
        return owned.contains(Lanes.of(key.taskId(), lanes));
    }

    private void execute(Runnable work) {
        if (!shared.thread().isShutdown()) {
            shared.thread().execute(work);
        }
    }

    @Override
    public void close() {
        shared.thread().shutdownNow();
    }
}
