package org.dmsc.router;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.streams.state.HostInfo;
import org.dmsc.router.decide.SelectionPolicy;
import org.dmsc.router.task.Names;
import org.dmsc.router.task.Patience;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.identity.FabricDomain;

/**
 * How a router runs.
 *
 * @param applicationId the consumer group and the prefix of the changelogs: the same for all routers of a fabric
 * @param stateDirectory where the stores are; one process at a time
 * @param lanes partitions of every tenant topic
 * @param threads stream threads of this process
 * @param tick how often due tasks are looked for
 * @param answeringAt where this process answers questions about its tasks, told to the other routers; empty: nowhere
 */
public record RouterSettings(
        String applicationId,
        Path stateDirectory,
        int lanes,
        int threads,
        Names names,
        SelectionPolicy selection,
        Patience patience,
        Duration tick,
        Optional<HostInfo> answeringAt) {

    private static final Duration TICK = Duration.ofMillis(20);

    public RouterSettings {
        if (lanes < 1 || threads < 1 || tick.toMillis() < 1) {
            throw new RefusedException(
                    Refusal.INVALID_CONFIGURATION,
                    "router: " + lanes + " lanes, " + threads + " threads, tick " + tick
                            + " (expected at least 1 lane, 1 thread, 1 ms)");
        }
    }

    /** With everything else as a fabric starts with; {@code node} is the id of the process. */
    public static RouterSettings defaults(Path stateDirectory, int lanes, FabricDomain domain, String node) {
        return new RouterSettings(
                "dmsc-router",
                stateDirectory,
                lanes,
                1,
                Names.of(domain, node),
                SelectionPolicy.DEFAULT,
                Patience.DEFAULT,
                TICK,
                Optional.empty());
    }

    /** The same, for a process that answers questions there. */
    public RouterSettings answeringAt(HostInfo place) {
        return new RouterSettings(
                applicationId, stateDirectory, lanes, threads, names, selection, patience, tick, Optional.of(place));
    }
}
