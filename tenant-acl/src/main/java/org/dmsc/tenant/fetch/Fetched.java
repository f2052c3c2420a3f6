package org.dmsc.tenant.fetch;

import java.util.Optional;
import org.dmsc.tenant.identity.SpiffeId;

/**
 * An answer.
 *
 * @param peer who answered, proven by its certificate; present exactly with trust in the fabric
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, compared by nobody
public record Fetched(byte[] body, Optional<SpiffeId> peer) {}
