package org.dmsc.bridge.core.lanes;

import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.dmsc.schemas.avro.SealedEnvelope;

/**
 * What the lane loop talks to Kafka with; it closes them.
 *
 * @param lanes member of the group, subscribes to the lanes topic
 * @param inbox without group, reads read_committed
 * @param putBack makes transactional producers whose transactional id is this gateway's own
 */
public record LaneClients(
        Consumer<String, byte[]> lanes,
        Consumer<String, byte[]> inbox,
        Supplier<Producer<String, SealedEnvelope>> putBack) {

    /** The consumer group of all gateways. */
    public static final String GROUP = "dmsc-gateways";
}
