package org.dmsc.router.checkpoint;

import java.nio.file.Path;
import org.dmsc.tenant.log.LogKeys;
import org.dmsc.tenant.log.LogOrigin;

/**
 * What a signer needs to know.
 *
 * @param node who signs, noted beside each checkpoint
 * @param heads the file of what was signed last; outside of the data folder, so that a restored backup of that one is noticed
 */
public record SignerSettings(String node, LogOrigin origin, LogKeys keys, Path heads) {}
