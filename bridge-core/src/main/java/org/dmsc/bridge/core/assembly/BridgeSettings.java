package org.dmsc.bridge.core.assembly;

import java.util.regex.Pattern;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * Which gateway this is.
 *
 * @param gateway its name, stable over restarts and used by one process at a time
 * @param lanes partitions of {@code dmsc.sys.lanes} and of every tenant topic
 */
public record BridgeSettings(String gateway, int lanes) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

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
