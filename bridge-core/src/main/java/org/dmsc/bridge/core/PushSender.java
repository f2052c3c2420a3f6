package org.dmsc.bridge.core;

import java.util.concurrent.CompletionStage;
import org.dmsc.schemas.TenantId;

/** Tells a receiver of one update. Never blocks. */
@FunctionalInterface
public interface PushSender {

    /**
     * One update on its way to a receiver.
     *
     * @param streamResponse JSON of an A2A {@code StreamResponse}; MUST NOT be changed
     * @param id the update's name in the log: the same when it is sent again
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared, and copied by nobody.
    record Notice(byte[] streamResponse, String id) {}

    /**
     * Sends it; completes when the receiver has acknowledged it.
     *
     * <p>Fails with {@link org.dmsc.schemas.RefusedException}: ADDRESS_NOT_ALLOWED when it may never be called, anything else when it is worth
     * trying again.
     */
    CompletionStage<Void> send(TenantId tenant, PushConfig config, Notice notice);
}
