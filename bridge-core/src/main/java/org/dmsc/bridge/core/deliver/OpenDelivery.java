package org.dmsc.bridge.core.deliver;

import org.dmsc.bridge.core.lanes.LaneRecord;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.schemas.avro.SealedEnvelope;

/**
 * A delivery whose routing part was opened, with the record it came in.
 *
 * @param readAt when the record was read
 */
record OpenDelivery(LaneRecord record, SealedEnvelope envelope, Delivery delivery, long readAt) {

    /** What makes it the same delivery when it comes again: a follow-up of the same attempt is another one. */
    String key() {
        return delivery.getDeliveryId() + "|" + delivery.getKind() + "|" + delivery.getMessageId();
    }
}
