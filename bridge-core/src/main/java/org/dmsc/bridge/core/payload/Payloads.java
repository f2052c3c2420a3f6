package org.dmsc.bridge.core.payload;

import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.SealedEnvelope;

/** Opens the payload of an envelope, wherever it lies. */
@FunctionalInterface
public interface Payloads {

    /**
     * The payload in clear. May block for some seconds when it is stored apart.
     *
     * @throws RefusedException UNREADABLE when there is none, it was changed, is not kept any more, or cannot be opened here; UNAVAILABLE when
     *     Kafka does not give it
     */
    byte[] open(SealedEnvelope envelope);
}
