package org.dmsc.bridge.core.assembly;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.dmsc.bridge.core.ask.Receipts;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * Which gateway this is.
 *
 * @param gateway its name, stable over restarts and used by one process at a time
 * @param lanes partitions of {@code dmsc.sys.lanes} and of every tenant topic
 * @param auditIndex folder for the index of the audit log; empty: none, and each search reads the log
 * @param receipts what signs the receipts of accepted tasks; empty: callers get none
 */
public record BridgeSettings(String gateway, int lanes, Optional<Path> auditIndex, Optional<Receipts> receipts) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    /** Without an index and without receipts. */
    public BridgeSettings(String gateway, int lanes) {
        this(gateway, lanes, Optional.empty(), Optional.empty());
    }

    public BridgeSettings {
        if (!NAME.matcher(gateway).matches()) {
            throw new RefusedException(
                    Refusal.INVALID_CONFIGURATION,
                    "gateway: '" + Printable.of(gateway) + "' (expected 1 to 64 of A-Z, a-z, 0-9, '.', '_' and '-')");
        }
        if (lanes < 1) {
            throw new RefusedException(
                    Refusal.INVALID_CONFIGURATION,
                    "lanes: " + lanes + " (expected at least 1; 4 embedded, 16 clustered)");
        }
    }
}
