package org.dmsc.bridge.mqtt;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.mqtt.broker.OutboundPublish;

/**
 * One reply on its way to a device.
 *
 * @param again makes the same from Kafka, so that it need not be kept in memory; empty for what was never there, such as a refusal
 */
record Reply(OutboundPublish publish, Optional<Again> again) {

    /** Makes a reply anew. Fails when the task is not to be had any more. */
    interface Again {
        CompletionStage<OutboundPublish> make();
    }

    static Reply once(OutboundPublish publish) {
        return new Reply(publish, Optional.empty());
    }
}
