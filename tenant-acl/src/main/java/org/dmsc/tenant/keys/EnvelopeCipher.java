package org.dmsc.tenant.keys;

import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.SealedPart;

/** Seals and opens parts of envelopes. Thread-safe, fast enough for an event loop except the first time for each key. */
public interface EnvelopeCipher {

    /**
     * Seals a plaintext under the newest key of the tenant.
     *
     * @throws RefusedException UNAVAILABLE when this process has no such key
     */
    SealedPart seal(KeyClass keyClass, SealContext context, byte[] plaintext);

    /**
     * Opens what {@link #seal} made, here or in another process. That it lies where it was made for is the reader's to check, by comparing the
     * part's fields with the place: the cipher proves only that the fields are those of the sealing.
     *
     * @throws RefusedException UNREADABLE when anything was changed or this process may not open it
     */
    byte[] open(SealedPart part);

    /** Whether {@link #seal} for this tenant asks nobody for a key. */
    default boolean atHand(TenantId tenant, KeyClass keyClass) {
        return true;
    }

    /** Has a key to seal with ready; blocks as long as asking for one takes. Refusals as of {@link #seal}. */
    default void fetch(TenantId tenant, KeyClass keyClass) {}
}
