package org.dmsc.registry;

import java.nio.file.Path;
import java.time.Duration;
import org.dmsc.registry.health.HealthPolicy;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.identity.FabricDomain;

/**
 * How a registry runs.
 *
 * @param applicationId the consumer group and the prefix of the changelogs: the same for all registries of a fabric
 * @param stateDirectory where Streams keeps its files; one process at a time
 * @param node id of the process
 * @param emitEvery how often at most an agent's snapshot is told to the others
 * @param tick how often due agents are looked for
 * @param commitEvery how often results become visible; who is new, gone, up or down is told at once
 */
public record RegistrySettings(
        String applicationId,
        Path stateDirectory,
        FabricDomain domain,
        String node,
        HealthPolicy policy,
        Duration emitEvery,
        Duration tick,
        Duration commitEvery) {

    public RegistrySettings {
        if (emitEvery.isNegative() || tick.toMillis() < 1 || commitEvery.toMillis() < 1) {
            throw new RefusedException(
                    Refusal.INVALID_CONFIGURATION,
                    "registry: emit every " + emitEvery + ", tick " + tick + ", commit every " + commitEvery
                            + " (expected none negative, tick and commit at least 1 ms)");
        }
    }

    /** With everything else as a fabric starts with; {@code node} is the id of the process. */
    public static RegistrySettings defaults(Path stateDirectory, FabricDomain domain, String node) {
        return new RegistrySettings(
                "dmsc-registry",
                stateDirectory,
                domain,
                node,
                HealthPolicy.DEFAULT,
                Duration.ofMillis(100),
                Duration.ofMillis(25),
                Duration.ofMillis(100));
    }
}
