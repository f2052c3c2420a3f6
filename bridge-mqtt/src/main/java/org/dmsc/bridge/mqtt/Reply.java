package org.dmsc.bridge.mqtt;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.mqtt.ReplyPort.Follows;
import org.dmsc.bridge.mqtt.broker.OutboundPublish;

/**
 * One reply on its way to a device.
 *
 * @param again makes the same from Kafka, so that it need not be kept in memory; empty for what was never there, such as a refusal
 * @param due what it is worth
 */
record Reply(OutboundPublish publish, Optional<Again> again, Due due) {

    /** Makes a reply anew. Fails when the task is not to be had any more. */
    interface Again {
        CompletionStage<OutboundPublish> make();
    }

    /** The debt that a reply is part of, if it is; the last part pays it. */
    record Due(Optional<Debts.Debt> debt, Follows follows) {

        /** Whether another gateway has answered meanwhile. */
        boolean isOver() {
            return debt.filter(Debts.Debt::isOver).isPresent();
        }

        /** The device has this part, or it will reach nobody. */
        void gone() {
            if (follows == Follows.NOTHING) {
                debt.ifPresent(Debts.Debt::pay);
            }
        }
    }

    /** One that cannot be made again, and is all there is to say. */
    static Reply once(OutboundPublish publish, Optional<Debts.Debt> debt) {
        return new Reply(publish, Optional.empty(), new Due(debt, Follows.NOTHING));
    }
}
