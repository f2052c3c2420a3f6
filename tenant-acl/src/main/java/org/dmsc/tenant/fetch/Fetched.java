package org.dmsc.tenant.fetch;

import java.util.Optional;
import org.dmsc.tenant.identity.SpiffeId;

/**
 * An answer.
 *
 * @param body empty unless it was found
 * @param peer who answered, proven by its certificate; present exactly with trust in the fabric
 * @param outcome other than FOUND only where the order asks for it
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, compared by nobody
public record Fetched(byte[] body, Optional<SpiffeId> peer, Outcome outcome, Freshness freshness) {

    /** Found, and nothing said about how long it stays so. */
    public Fetched(byte[] body, Optional<SpiffeId> peer) {
        this(body, peer, Outcome.FOUND, Freshness.UNKNOWN);
    }

    /** What is there. */
    public enum Outcome {
        /** What was asked for: 200. */
        FOUND,
        /** The same as when it was fetched last: 304. */
        UNCHANGED,
        /** It says that there is nothing, any more: 404, 410. */
        GONE
    }
}
