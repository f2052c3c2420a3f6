package org.dmsc.router.checkpoint;

import java.nio.file.Path;
import java.util.List;
import org.dmsc.tenant.log.LogKeys;
import org.dmsc.tenant.log.LogOrigin;

/**
 * What a signer needs to know.
 *
 * @param node who signs, noted beside each checkpoint
 * @param heads the file of what was signed last; outside of the data folder, so that a restored backup of that one is noticed
 * @param witnesses who are shown the operator log's heads
 */
public record SignerSettings(String node, LogOrigin origin, LogKeys keys, Path heads, List<Witness> witnesses) {

    public SignerSettings {
        witnesses = List.copyOf(witnesses);
    }

    /** Without witnesses. */
    public SignerSettings(String node, LogOrigin origin, LogKeys keys, Path heads) {
        this(node, origin, keys, heads, List.of());
    }
}
